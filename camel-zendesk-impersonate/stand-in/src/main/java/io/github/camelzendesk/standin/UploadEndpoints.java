package io.github.camelzendesk.standin;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Files on their way to a comment. */
final class UploadEndpoints {

    /** The documentation says 60 minutes now; recordings of 2024 show three days. The shorter one is the safe reading. */
    private static final Duration LIFETIME = Duration.ofMinutes(60);

    // the server goes by the name, oddly at times [REC zenpy: README.md]
    private static final Map<String, String> TYPES = Map.of("txt", "text/plain", "png", "image/png", "jpg", "image/jpeg",
            "gif", "image/gif", "pdf", "application/pdf", "json", "application/json", "csv", "text/csv", "zip",
            "application/zip", "md", "application/x-genesis-rom");

    private final World world;

    UploadEndpoints(World world) {
        this.world = world;
    }

    void register(Map<String, Endpoint> endpoints) {
        endpoints.put("POST /api/v2/uploads", this::upload);
        endpoints.put("DELETE /api/v2/uploads/{token}", this::delete);
    }

    private Answer upload(Visit visit) {
        Call call = visit.call();
        String name = call.parameter("filename");
        if (name == null || name.isBlank()) {
            return Answer.invalidRecord("filename", "Filename: cannot be blank", "BlankValue"); // [INFER]
        }
        String token = call.parameter("token");
        Upload upload;
        if (token == null) {
            upload = world.upload(visit.user(), secret(), LIFETIME);
        } else {
            upload = world.findUpload(token).orElse(null);
            if (upload == null) {
                return Answer.recordNotFound(); // [INFER]
            }
        }
        Attachment file = new Attachment(world.newId(), name, typeOf(name), call.body().size(), call.body().sha256(),
                secret(), call.body().kept());
        upload.add(file);
        world.keep(file);
        ObjectNode node = Json.object();
        node.put("token", upload.token());
        node.put("expires_at", Json.time(upload.expiresAt()));
        ArrayNode all = node.putArray("attachments");
        upload.attachments().forEach(each -> all.add(Json.attachment(call, each)));
        node.set("attachment", Json.attachment(call, file));
        // JSON that calls itself text, and the address of the attachment, not of the upload [REC zenpy, 6 of 6]
        return Answer.of(201, Json.bytes(Json.wrapped("upload", node)), "text/plain; charset=utf-8")
                .with("Location", call.origin() + "/api/v2/attachments/" + file.id() + ".json");
    }

    private Answer delete(Visit visit) {
        Optional<Upload> upload = world.findUpload(visit.variable("token"));
        upload.ifPresent(found -> {
            world.forget(found);
            found.attachments().forEach(world::forget);
        });
        return upload.isPresent() ? Answer.noContent() : Answer.recordNotFound();
    }

    /** The content behind a {@code content_url}; whoever has the address may read it [DOC]. */
    Answer download(String key) {
        return world.findAttachment(key)
                .map(file -> world.findGeneratedContent(file)
                        .map(content -> Answer.generated(content, file.contentType()))
                        .orElseGet(() -> Answer.of(200, file.content(), file.contentType()))
                        .with("Content-Disposition", "attachment; filename=\"" + file.fileName().replaceAll("[^ -~]|[\"\\\\]", "_") + "\""))
                .orElseGet(Answer::recordNotFound);
    }

    static String secret() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    static String typeOf(String name) {
        String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return TYPES.getOrDefault(extension, "application/octet-stream");
    }
}
