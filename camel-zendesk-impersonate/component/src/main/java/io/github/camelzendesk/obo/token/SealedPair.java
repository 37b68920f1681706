package io.github.camelzendesk.obo.token;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;

import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.token.TokenStoreException.Reason;

/**
 * The bytes of a stored pair. What is needed to say what is wrong stands in clear in front, then comes the encrypted pair:
 * <pre>
 *  8  magic               "zd-obo\r\n": a copy in text mode shows at once
 *  1  format version      1
 *  1  cipher              0 plain text, 1 AES-256-GCM
 *  8  key id              first bytes of a hash of the key; zeros for plain text
 *  8  version of the pair
 *  2+ origin              length, UTF-8
 *  2+ client id           length, UTF-8
 * 12  nonce               random on each writing; zeros for plain text
 *  4  length of the rest after the checksum
 *  4  CRC-32 of all above: tells a damaged key id from another key's
 *  n  the pair and GCM's 128-bit tag; the pair and its SHA-256 for plain text
 * </pre>
 * All in front of the pair is associated data: a file that was put in the place of another one, or whose version was
 * changed, does not open.
 */
final class SealedPair {

    static final int KEY_ID_LENGTH = 8;
    /** Longer is nothing of ours. The longest pair possible is 41 KB, with 256 scopes of 128 characters. */
    static final int LONGEST = 64 * 1024;

    private static final byte[] MAGIC = "zd-obo\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int FORMAT = 1;
    private static final int PLAIN = 0;
    private static final int AES_256_GCM = 1;
    private static final int NONCE_LENGTH = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final int cipher;
    private final byte[] keyId;
    private final long version;
    private final String origin;
    private final String clientId;
    private final byte[] nonce;
    private final byte[] head;
    private final byte[] body;

    private SealedPair(int cipher, byte[] keyId, long version, String origin, String clientId, byte[] nonce, byte[] head,
                       byte[] body) {
        this.cipher = cipher;
        this.keyId = keyId;
        this.version = version;
        this.origin = origin;
        this.clientId = clientId;
        this.nonce = nonce;
        this.head = head;
        this.body = body;
    }

    /** The bytes to store, different each time. @param key null for plain text */
    static byte[] seal(TokenKey of, TokenPair pair, @Nullable StoreKey key) {
        byte[] secret = encoded(pair);
        byte[] nonce = new byte[NONCE_LENGTH];
        if (key != null) {
            RANDOM.nextBytes(nonce);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            DataOutputStream out = new DataOutputStream(bytes);
            out.write(MAGIC);
            out.writeByte(FORMAT);
            out.writeByte(key == null ? PLAIN : AES_256_GCM);
            out.write(key == null ? new byte[KEY_ID_LENGTH] : key.id());
            out.writeLong(pair.version());
            out.writeUTF(of.origin().toString());
            out.writeUTF(of.clientId());
            out.write(nonce);
            out.writeInt(secret.length + (key == null ? sha256().getDigestLength() : TAG_BITS / 8));
            out.writeInt(crc(bytes.toByteArray()));
            byte[] head = bytes.toByteArray();
            out.write(key == null ? withDigest(head, secret) : crypt(Cipher.ENCRYPT_MODE, key, nonce, head, secret));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("Cannot encrypt in memory", e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads what stands in clear.
     *
     * @param  where               begins the messages, such as "The token store file /x/y"
     * @throws TokenStoreException when it is none of ours, from a newer release, or damaged in front
     */
    static SealedPair read(byte[] bytes, String where) throws TokenStoreException {
        int compared = Math.min(bytes.length, MAGIC.length);
        if (!Arrays.equals(bytes, 0, compared, MAGIC, 0, compared)) {
            throw new TokenStoreException(
                    Reason.NOT_OURS, where + " holds something else than a token pair and was left alone: choose another place"
                                     + " for the store");
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        try {
            in.skipNBytes(MAGIC.length);
            int format = in.readUnsignedByte();
            if (format != FORMAT) {
                throw new TokenStoreException(
                        Reason.UNSUPPORTED_FORMAT, where + " has the format " + format + ", this release knows format " + FORMAT
                                                   + ": use the release that wrote it or a newer one");
            }
            int cipher = in.readUnsignedByte();
            byte[] keyId = in.readNBytes(KEY_ID_LENGTH);
            long version = in.readLong();
            String origin = in.readUTF();
            String clientId = in.readUTF();
            byte[] nonce = in.readNBytes(NONCE_LENGTH);
            int length = in.readInt();
            int checked = bytes.length - in.available();
            int crc = in.readInt();
            if (crc != crc(Arrays.copyOf(bytes, checked)) || length != in.available() || version <= TokenPair.NOT_STORED
                    || length > LONGEST) {
                throw damaged(where, null);
            }
            byte[] head = Arrays.copyOf(bytes, bytes.length - length);
            return new SealedPair(cipher, keyId, version, origin, clientId, nonce, head, in.readAllBytes());
        } catch (IOException e) {
            throw damaged(where, e);
        }
    }

    long version() {
        return version;
    }

    /** Whose pair it says it is; authenticated only once it is opened for that key. */
    TokenKey owner(String where) throws TokenStoreException {
        try {
            return new TokenKey(Origin.ofBaseUri(origin), clientId);
        } catch (IllegalArgumentException e) {
            throw damaged(where, null);
        }
    }

    boolean sealedWith(@Nullable StoreKey key) {
        return key == null ? cipher == PLAIN : cipher == AES_256_GCM && MessageDigest.isEqual(keyId, key.id());
    }

    /**
     * The pair.
     *
     * @param  key                 null for plain text
     * @throws TokenStoreException when it is another key's, another account's or client's, or damaged
     */
    TokenPair open(TokenKey of, @Nullable StoreKey key, String where) throws TokenStoreException {
        if (!origin.equals(of.origin().toString()) || !clientId.equals(of.clientId())) {
            throw new TokenStoreException(
                    Reason.NOT_OURS, where + " holds the token pair of another account or OAuth client and was left alone: has it"
                                     + " been copied or renamed? Put it back, or authorize again in another store");
        }
        if (cipher != PLAIN && cipher != AES_256_GCM) {
            throw new TokenStoreException(
                    Reason.UNSUPPORTED_FORMAT, where + " has a cipher that this release does not know: use a newer release");
        }
        if (key == null && cipher != PLAIN) {
            throw new TokenStoreException(Reason.WRONG_KEY, where + " is encrypted: give the store its key");
        }
        if (key != null && cipher == PLAIN) {
            throw new TokenStoreException(
                    Reason.WRONG_KEY, where + " is not encrypted but the store has a key: encrypt it with rekey, or authorize again"
                                      + " in an empty store");
        }
        if (!sealedWith(key)) {
            throw new TokenStoreException(
                    Reason.WRONG_KEY, where + " was encrypted with another key: give the store the key that it was written with; after"
                                      + " a rekey, restart the processes that still have the old key");
        }
        try {
            return decoded(key == null ? withoutDigest() : crypt(Cipher.DECRYPT_MODE, key, nonce, head, body), version);
        } catch (GeneralSecurityException e) {
            throw damaged(where, e);
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            // only a writer with the key gets here, and what it wrote may be in the message
            throw damaged(where, null);
        }
    }

    private static TokenStoreException damaged(String where, @Nullable Exception cause) {
        return new TokenStoreException(
                Reason.DAMAGED, where + " was changed or cut off after it was written, and was left alone: restore it only from a copy"
                                + " that is newer than the last refresh; otherwise move it away and authorize again",
                cause);
    }

    private static byte[] crypt(int mode, StoreKey key, byte[] nonce, byte[] associated, byte[] text)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key.secretKey(), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(associated);
        return cipher.doFinal(text);
    }

    private static byte[] withDigest(byte[] head, byte[] text) {
        MessageDigest sha256 = sha256();
        sha256.update(head);
        byte[] digest = sha256.digest(text);
        return ByteBuffer.allocate(text.length + digest.length).put(text).put(digest).array();
    }

    private byte[] withoutDigest() throws GeneralSecurityException {
        int length = body.length - sha256().getDigestLength();
        if (length < 0 || !MessageDigest.isEqual(withDigest(head, Arrays.copyOf(body, length)), body)) {
            throw new GeneralSecurityException("The checksum differs");
        }
        return Arrays.copyOf(body, length);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    private static int crc(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private static byte[] encoded(TokenPair pair) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeUTF(pair.accessToken().secret());
            writeInstant(out, pair.accessToken().expiresAt());
            out.writeUTF(pair.refreshToken());
            writeInstant(out, pair.refreshExpiresAt());
            writeInstant(out, pair.obtainedAt());
            out.writeShort(pair.scopes().size());
            for (String scope : pair.scopes()) {
                out.writeUTF(scope);
            }
        } catch (IOException e) {
            throw new IllegalStateException("Cannot write in memory", e);
        }
        return bytes.toByteArray();
    }

    private static TokenPair decoded(byte[] bytes, long version) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        String access = in.readUTF();
        AccessToken accessToken = AccessToken.of(access, readInstant(in));
        String refreshToken = in.readUTF();
        Instant refreshExpiresAt = readInstant(in);
        Instant obtainedAt = readInstant(in);
        List<String> scopes = new ArrayList<>();
        for (int n = in.readUnsignedShort(); n > 0; n--) {
            scopes.add(in.readUTF());
        }
        if (obtainedAt == null || in.available() > 0) {
            throw new IOException("Not a pair");
        }
        return TokenPair.of(accessToken, refreshToken, refreshExpiresAt, scopes, obtainedAt).withVersion(version);
    }

    private static void writeInstant(DataOutputStream out, @Nullable Instant instant) throws IOException {
        out.writeBoolean(instant != null);
        if (instant != null) {
            out.writeLong(instant.getEpochSecond());
            out.writeInt(instant.getNano());
        }
    }

    private static @Nullable Instant readInstant(DataInputStream in) throws IOException {
        return in.readBoolean() ? Instant.ofEpochSecond(in.readLong(), in.readInt()) : null;
    }
}
