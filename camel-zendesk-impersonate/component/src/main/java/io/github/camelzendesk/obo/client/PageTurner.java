package io.github.camelzendesk.obo.client;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.Set;

import io.github.camelzendesk.obo.token.Origin;

/**
 * Leads through the pages of one list, each once, and not for ever. Knows the page that is open; for one thread at a time.
 */
public final class PageTurner {

    /** At a hundred records a page, ten million. */
    static final int MOST = 100_000;

    private final Origin origin;
    private final Query fixed;
    /** Of each page, 64 bits of a hash: enough to know it again, and small. */
    private final Set<Long> seen = new HashSet<>();
    private String page;

    /**
     * @param first the path of the first page, encoded, with the query, as it went out
     * @param fixed what has to be in the query of every page
     */
    public PageTurner(String first, Origin origin, Query fixed) {
        this.origin = origin;
        this.fixed = fixed;
        this.page = first;
        seen.add(hash(first));
    }

    /** Decides what comes after the open page. If it is another page, that is the open one now. */
    public Following turn(RecordPage open) {
        return turn(open.paging());
    }

    Following turn(Paging paging) {
        Following following = paging.after(page, origin, fixed);
        if (!(following instanceof Following.Page next)) {
            return following;
        } else if (seen.size() >= MOST) {
            return new Following.Broken("it is the last of " + MOST + " pages, more than are read of one list");
        } else if (!seen.add(hash(next.path()))) {
            return new Following.Broken("it leads back to a page that was read before, so the list would never end");
        }
        page = next.path();
        return following;
    }

    /** Which page this is, from 1. */
    public int number() {
        return seen.size();
    }

    /** The query of the open page in the form that a message gives it, without what is fixed. Empty when there is none. */
    public String cursor() {
        int mark = page.indexOf('?');
        return mark < 0 ? "" : fixed.free(page.substring(mark + 1));
    }

    private static long hash(String page) {
        try {
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            for (String part : Paging.meaning(page)) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                hash.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
                hash.update(bytes);
            }
            return ByteBuffer.wrap(hash.digest()).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return "page " + number();
    }
}
