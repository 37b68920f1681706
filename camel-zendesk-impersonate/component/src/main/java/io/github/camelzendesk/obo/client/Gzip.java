package io.github.camelzendesk.obo.client;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.zip.GZIPInputStream;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.token.Origin;

/** Unpacks what came compressed, up to a bound: a small answer must not fill the disk. */
final class Gzip {

    /** A body may grow to this size whatever it was packed in ... */
    private static final long ALWAYS = 64L * 1024 * 1024;
    /** ... and beyond it by no more than this factor. JSON of the kind that Zendesk sends packs 10 to 30 to 1. */
    private static final long FACTOR = 100;

    private Gzip() {
    }

    static WireAnswer unpacked(WireAnswer answer, Origin origin) {
        String encoding = answer.first("content-encoding");
        if (encoding == null || encoding.isBlank() || encoding.equalsIgnoreCase("identity")) {
            return answer;
        }
        if (!encoding.toLowerCase(Locale.ROOT).matches("(x-)?gzip")) {
            if (answer.body() == null) {
                // an error that cannot be read is still that error
                return new WireAnswer(answer.status(), answer.headers(), null, new byte[0]);
            }
            throw failed(answer, "the answer of " + origin + " is encoded in a way that was not asked for", null);
        }
        Map<String, List<String>> headers = new HashMap<>(answer.headers());
        headers.remove("content-encoding");
        headers.remove("content-length");
        if (answer.body() == null) {
            return new WireAnswer(answer.status(), headers, null, start(answer.start()));
        }
        Spool packed = answer.body();
        if (packed.length() == 0) {
            return new WireAnswer(answer.status(), headers, packed, answer.start());
        }
        Spool plain = new Spool();
        try (InputStream in = new GZIPInputStream(packed.open())) {
            long most = Math.max(ALWAYS, packed.length() * FACTOR);
            byte[] chunk = new byte[64 * 1024];
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                if (plain.length() + count > most) {
                    throw new IOException("unpacks to more than " + most + " bytes");
                }
                plain.write(chunk, 0, count);
            }
            plain.finish();
            return new WireAnswer(answer.status(), headers, plain, answer.start());
        } catch (IOException e) {
            plain.delete();
            throw failed(answer, "the compressed answer of " + origin + " cannot be unpacked", e);
        } finally {
            packed.delete();
        }
    }

    /** As much of the start of an error as can be had. */
    private static byte[] start(byte[] packed) {
        byte[] plain = new byte[AnswerReceiver.START];
        int length = 0;
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            for (int count = in.read(plain); count > 0; count = in.read(plain, length, plain.length - length)) {
                length += count;
            }
        } catch (EOFException e) {
            // cut off at the bound
        } catch (IOException e) {
            return new byte[0];
        }
        return Arrays.copyOf(plain, length);
    }

    private static CompletionException failed(WireAnswer answer, String message, @Nullable IOException cause) {
        if (answer.body() != null) {
            answer.body().delete();
        }
        return new CompletionException(
                new WireFailure(WireFailure.Kind.BROKEN, message, true, answer.status(), cause));
    }
}
