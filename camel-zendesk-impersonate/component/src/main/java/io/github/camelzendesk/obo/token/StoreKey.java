package io.github.camelzendesk.obo.token;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

import io.github.camelzendesk.obo.token.TokenStoreException.Reason;

/**
 * The AES-256 key that a store encrypts its pairs with: 32 random bytes. Secret: it has no text form. Keep it apart from
 * the store, or a copy of the one is a copy of both. Immutable.
 */
public final class StoreKey {

    private static final int LENGTH = 32;
    private static final int LONGEST_FILE = 1024;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String MAKE_ONE = "make a key with: openssl rand -base64 32";

    private final SecretKey key;
    private final byte[] id;

    private StoreKey(byte[] bytes) {
        this.key = new SecretKeySpec(bytes, "AES");
        this.id = idOf(bytes);
    }

    /**
     * A key from its bytes.
     *
     * @throws TokenStoreException {@link Reason#WRONG_KEY} when it is not 32 bytes, or evidently not random
     */
    public static StoreKey of(byte[] bytes) throws TokenStoreException {
        return checked(bytes, "The store key");
    }

    /**
     * A key from its base64 form, as a vault or a property holds it.
     *
     * @throws TokenStoreException {@link Reason#WRONG_KEY} when it is not the base64 form of 32 bytes
     */
    public static StoreKey of(CharSequence base64) throws TokenStoreException {
        return checked(decoded(base64.toString(), "The store key"), "The store key");
    }

    /**
     * A key from an environment variable that holds its base64 form.
     *
     * @throws TokenStoreException {@link Reason#WRONG_KEY} when it is not set or not the base64 form of 32 bytes
     */
    public static StoreKey fromEnvironment(String variable) throws TokenStoreException {
        String where = "The store key in the environment variable " + variable;
        String value = System.getenv(variable);
        if (value == null) {
            throw new TokenStoreException(Reason.WRONG_KEY, where + " is not set: " + MAKE_ONE);
        }
        return checked(decoded(value, where), where);
    }

    /**
     * A key from a file that only its owner can read: 32 bytes, or their base64 form with or without a line break. A
     * symbolic link is followed, since that is how Kubernetes mounts secrets; what it leads to is checked.
     *
     * @throws TokenStoreException {@link Reason#WRONG_PERMISSIONS} with the command to run when others can read it;
     *                             {@link Reason#WRONG_KEY} when it holds something else; {@link Reason#IO} when it cannot be
     *                             read
     */
    public static StoreKey fromFile(Path file) throws TokenStoreException {
        String where = "The store key in " + file;
        byte[] bytes;
        try {
            refuseOthers(file);
            if (Files.size(file) > LONGEST_FILE) {
                throw new TokenStoreException(Reason.WRONG_KEY, where + " is too long for one: " + MAKE_ONE);
            }
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new TokenStoreException(
                    Reason.IO, where + " is not there: restore it, for without it the stored token pairs cannot be read; for a"
                               + " new store, " + MAKE_ONE,
                    e);
        } catch (IOException e) {
            throw new TokenStoreException(
                    Reason.IO, where + " cannot be read: check that it belongs to the user that this process runs as", e);
        }
        if (bytes.length == LENGTH) {
            return checked(bytes, where);
        }
        if (bytes.length == LENGTH + 1 && bytes[LENGTH] == '\n') {
            return checked(Arrays.copyOf(bytes, LENGTH), where);
        }
        return checked(decoded(new String(bytes, StandardCharsets.ISO_8859_1), where), where);
    }

    /**
     * Creates a file with a new random key that only its owner can read, in a folder that exists.
     *
     * @throws TokenStoreException {@link Reason#NOT_WRITABLE} when the file is there already, which stays, or cannot be
     *                             written
     */
    public static StoreKey generate(Path file) throws TokenStoreException {
        byte[] bytes = new byte[LENGTH];
        RANDOM.nextBytes(bytes);
        byte[] text = (Base64.getEncoder().encodeToString(bytes) + "\n").getBytes(StandardCharsets.US_ASCII);
        boolean created = false;
        boolean written = false;
        try {
            Disk.LOCAL.createFile(file);
            created = true;
            refuseOthers(file);
            Disk.LOCAL.write(file, text);
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Disk.LOCAL.syncFolder(folder);
            }
            written = true;
            return new StoreKey(bytes);
        } catch (FileAlreadyExistsException e) {
            throw new TokenStoreException(
                    Reason.NOT_WRITABLE, file + " exists already and was left alone: a key that is lost cannot be made again,"
                                         + " so choose another name or move that one away yourself",
                    e);
        } catch (UnsupportedOperationException e) {
            throw new TokenStoreException(Reason.WRONG_PERMISSIONS, noOwnerPermissions(file), e);
        } catch (IOException e) {
            throw new TokenStoreException(
                    Reason.NOT_WRITABLE, "The key file " + file + " cannot be written: check that the folder exists and that the"
                                         + " user that this process runs as may write there",
                    e);
        } finally {
            if (created && !written) {
                Disk.LOCAL.deleteQuietly(file);
            }
        }
    }

    private static void refuseOthers(Path file) throws IOException, TokenStoreException {
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view == null) {
            throw new TokenStoreException(Reason.WRONG_PERMISSIONS, noOwnerPermissions(file));
        }
        PosixFileAttributes attributes = view.readAttributes();
        if (!attributes.isRegularFile()) {
            throw new TokenStoreException(Reason.WRONG_KEY, "The store key in " + file + " is not a file: name the file itself");
        }
        if (!Disk.ownerOnly(attributes.permissions())) {
            throw new TokenStoreException(
                    Reason.WRONG_PERMISSIONS, "Others than its owner can read or replace the store key in " + file
                                              + ": run chmod 600 " + Disk.quoted(file)
                                              + " (on Kubernetes set defaultMode: 0400, or give the key in an environment variable)");
        }
    }

    private static String noOwnerPermissions(Path file) {
        return "The file system of " + file + " has no POSIX owner permissions to protect a key with: give the key in an"
               + " environment variable instead";
    }

    private static byte[] decoded(String text, String where) throws TokenStoreException {
        String base64 = text.strip();
        try {
            return (base64.indexOf('-') >= 0 || base64.indexOf('_') >= 0 ? Base64.getUrlDecoder() : Base64.getDecoder())
                    .decode(base64);
        } catch (IllegalArgumentException e) {
            // its message shows a character of the key
            throw new TokenStoreException(
                    Reason.WRONG_KEY, where + " is not valid: it must be 32 random bytes in base64; " + MAKE_ONE);
        }
    }

    private static StoreKey checked(byte[] bytes, String where) throws TokenStoreException {
        if (bytes.length != LENGTH) {
            throw new TokenStoreException(
                    Reason.WRONG_KEY, where + " has " + bytes.length + " bytes, but AES-256 takes 32 random bytes: " + MAKE_ONE);
        }
        boolean text = true;
        boolean same = true;
        for (byte b : bytes) {
            text &= b >= ' ' && b <= '~';
            same &= b == bytes[0];
        }
        // 32 random bytes look like this once in 10^13 keys; a pass phrase and an empty buffer always do
        if (text || same) {
            throw new TokenStoreException(
                    Reason.WRONG_KEY, where + " is a text, not 32 random bytes, so it could be guessed: " + MAKE_ONE);
        }
        return new StoreKey(bytes.clone());
    }

    private static byte[] idOf(byte[] key) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update("zendesk-obo token store key id, version 1\0".getBytes(StandardCharsets.US_ASCII));
            return Arrays.copyOf(sha256.digest(key), SealedPair.KEY_ID_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    SecretKey secretKey() {
        return key;
    }

    /** Tells keys apart without telling what they are. */
    byte[] id() {
        return id.clone();
    }

    @Override
    public String toString() {
        return "StoreKey[hidden]";
    }
}
