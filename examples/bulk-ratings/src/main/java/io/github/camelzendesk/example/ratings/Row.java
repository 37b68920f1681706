package io.github.camelzendesk.example.ratings;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A rating as it stands in the file.
 *
 * @param values  by column; empty when there is a problem
 * @param fields  as they came
 * @param problem why it cannot be sent, or null
 */
public record Row(Map<String, String> values, List<String> fields, @Nullable String problem) {

    static final List<String> COLUMNS = List.of("ticket", "customer", "score", "comment");

    /** Empty when there is no such column. */
    String value(String column) {
        return values.getOrDefault(column, "");
    }

    public String ticket() {
        return value("ticket").strip();
    }

    public String customer() {
        return value("customer").strip();
    }

    public String score() {
        return value("score").strip();
    }

    /** What Zendesk wants as the body. */
    public Map<String, Object> rating() {
        Map<String, Object> rating = new LinkedHashMap<>();
        rating.put("score", score());
        if (!value("comment").isBlank()) {
            rating.put("comment", value("comment"));
        }
        return Map.of("satisfaction_rating", rating);
    }

    /** The same for the same rating, wherever it stands. A hash: the ledger holds no address and no comment. */
    public String key() {
        try {
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            for (String part : problem == null ? List.of(ticket(), customer(), score(), value("comment")) : fields) {
                hash.update((part.length() + ":" + part).getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(hash.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Without what the file says of the customer. */
    @Override
    public String toString() {
        return "Row[" + ticket() + "]";
    }
}
