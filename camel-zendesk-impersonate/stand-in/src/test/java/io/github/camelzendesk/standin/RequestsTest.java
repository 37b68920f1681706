package io.github.camelzendesk.standin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Requests, ratings and uploads as an end user. */
class RequestsTest {

    @RegisterExtension
    static final StandInExtension ZENDESK = new StandInExtension();

    private final StandIn zendesk = ZENDESK.standIn();
    private final Caller bare = Caller.of(zendesk).token(Sample.TOKEN);
    private final Caller jane = bare.as(Sample.JANE);

    @Test
    void aRequestBelongsToTheUserWhoActed() throws IOException {
        Caller.Reply reply = jane.post("/api/v2/requests",
                "{\"request\":{\"subject\":\"Help\",\"comment\":{\"body\":\"Smoke\"}}}");

        assertThat(reply.status()).isEqualTo(201);
        long id = reply.json().at("/request/id").asLong();
        assertThat(reply.header("Location")).isEqualTo(zendesk.baseUri() + "/api/v2/requests/" + id + ".json");
        assertThat(reply.json().at("/request/requester_id").asLong()).isEqualTo(Sample.JANE_ID);
        Ticket ticket = zendesk.world().ticket(id);
        assertThat(ticket.requester().email()).isEqualTo(Sample.JANE);
        assertThat(ticket.comments()).extracting(Comment::body).containsExactly("Smoke");
        assertThat(zendesk.journal().lines()).containsExactly("as jane@example.com POST /api/v2/requests -> 201");
        assertThat(zendesk.journal().entries().get(0).bodyText()).contains("Smoke");
    }

    @Test
    void anotherUsersRequestIsNotThere() throws IOException {
        assertThat(jane.get("/api/v2/requests/" + Sample.JANES_SOLVED_TICKET).status()).isEqualTo(200);
        assertThat(jane.get("/api/v2/requests/" + Sample.RAJS_SOLVED_TICKET).text())
                .isEqualTo("{\"error\":\"RecordNotFound\",\"description\":\"Not found\"}");
    }

    @Test
    void theListsHoldOwnRequestsByState() throws IOException {
        assertThat(ids(jane.get("/api/v2/requests"))).containsExactly(Sample.JANES_SOLVED_TICKET, Sample.JANES_OPEN_TICKET,
                Sample.JANES_CLOSED_TICKET);
        assertThat(ids(jane.get("/api/v2/requests/open"))).containsExactly(Sample.JANES_OPEN_TICKET);
        assertThat(ids(jane.get("/api/v2/requests/solved"))).containsExactly(Sample.JANES_SOLVED_TICKET,
                Sample.JANES_CLOSED_TICKET);
        assertThat(ids(jane.get("/api/v2/requests?status=open,hold"))).containsExactly(Sample.JANES_OPEN_TICKET);
        assertThat(ids(jane.get("/api/v2/requests/search?query=parcel"))).containsExactly(Sample.JANES_OPEN_TICKET);
        assertThat(jane.get("/api/v2/requests/search?page=11").status()).isEqualTo(422);
        assertThat(ids(jane.get("/api/v2/requests/ccd"))).isEmpty();
        zendesk.world().ticket(Sample.RAJS_SOLVED_TICKET).collaborator(zendesk.world().user(Sample.JANE));
        assertThat(ids(jane.get("/api/v2/requests/ccd"))).containsExactly(Sample.RAJS_SOLVED_TICKET);
        assertThat(ids(jane.get("/api/v2/users/" + Sample.JANE_ID + "/requests"))).hasSize(3);
        assertThat(jane.get("/api/v2/users/" + Sample.RAJ_ID + "/requests").status()).isEqualTo(403);
    }

    @Test
    void pagesFollowByNumberAndByCursor() throws IOException {
        User raj = zendesk.world().user(Sample.RAJ);
        for (int i = 0; i < 6; i++) {
            zendesk.world().ticket(raj, Ticket.Status.OPEN);
        }
        Caller asRaj = bare.as(Sample.RAJ);
        for (String first : List.of("/api/v2/requests.json?per_page=3", "/api/v2/requests.json?page%5Bsize%5D=3")) {
            List<Long> seen = new ArrayList<>();
            String next = first;
            int pages = 0;
            while (next != null) {
                JsonNode page = asRaj.get(next).json();
                page.path("requests").forEach(request -> seen.add(request.path("id").asLong()));
                JsonNode link = first.contains("per_page") ? page.path("next_page") : page.at("/links/next");
                next = link.isNull() ? null : link.asText();
                pages++;
            }
            assertThat(pages).isEqualTo(3);
            assertThat(seen).hasSize(7).doesNotHaveDuplicates();
        }
        assertThat(asRaj.get("/api/v2/requests?page%5Bafter%5D=nonsense").json().at("/errors/0/code").asText())
                .isEqualTo("InvalidPaginationParameter");
        assertThat(asRaj.get("/api/v2/requests?page=101").json().at("/errors/0/code").asText())
                .isEqualTo("InvalidPaginationDepth");
    }

    @Test
    void anUpdateTakesACommentAndSolvesAndWarnsOfTheRest() throws IOException {
        Caller.Reply reply = jane.put("/api/v2/requests/" + Sample.JANES_OPEN_TICKET,
                "{\"request\":{\"comment\":{\"body\":\"It came\"},\"solved\":\"true\",\"subject\":\"New\"}}");

        assertThat(reply.json().at("/request/status").asText()).isEqualTo("solved");
        assertThat(reply.json().at("/request/subject").asText()).isEqualTo("Where is my parcel?");
        assertThat(reply.header("x-zendesk-api-warn"))
                .isEqualTo("{:allowed_parameters=>{:controller=>\"requests\", :action=>\"update\", "
                        + ":unpermitted_keys=>[\"request.subject\"], :invalid_values=>[]}}");
        JsonNode comments = jane.get("/api/v2/requests/" + Sample.JANES_OPEN_TICKET + "/comments").json().path("comments");
        assertThat(comments).hasSize(3); // the agents' private one is not among them
        assertThat(jane.get("/api/v2/requests/" + Sample.JANES_OPEN_TICKET + "/comments/" + comments.get(2).get("id"))
                .json().at("/comment/body").asText()).isEqualTo("It came");
    }

    @Test
    void aClosedRequestTakesNoUpdate() throws IOException {
        assertThat(jane.put("/api/v2/requests/" + Sample.JANES_CLOSED_TICKET, "{\"request\":{\"solved\":true}}").text())
                .isEqualTo("{\"error\":\"RecordInvalid\",\"description\":\"Record validation errors\","
                        + "\"details\":{\"status\":[{\"description\":\"closed prevents ticket update\"}]}}");
    }

    @Test
    void whatIsInvalidIsNamedByField() throws IOException {
        Caller.Reply reply = jane.post("/api/v2/requests", "{\"request\":{\"subject\":\"Help\"}}");

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.json().at("/details/base/0/error").asText()).isEqualTo("BlankValue");
        zendesk.switches().subjectRequired(true);
        assertThat(jane.post("/api/v2/requests", "{\"request\":{\"comment\":{\"body\":\"x\"}}}").json()
                .at("/details/base/0/field_key").asText()).isEqualTo("subject");
    }

    @Test
    void malformedJsonIsRefusedInPlainText() throws IOException {
        Caller.Reply reply = jane.post("/api/v2/requests", "{\"request\":");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.header("Content-Type")).startsWith("text/plain");
    }

    @Test
    void anAnonymousRequestNamesItsRequester() throws IOException {
        Caller nobody = Caller.of(zendesk);

        assertThat(nobody.post("/api/v2/requests", "{\"request\":{\"subject\":\"Hi\",\"comment\":{\"body\":\"x\"}}}").status())
                .isEqualTo(422);
        assertThat(nobody.post("/api/v2/requests", "{\"request\":{\"subject\":\"Hi\",\"comment\":{\"body\":\"x\"},"
                + "\"requester\":{\"name\":\"Zoe\",\"email\":\"zoe@example.com\"}}}").status()).isEqualTo(201);
        zendesk.switches().anonymousRequests(false);
        assertThat(nobody.post("/api/v2/requests", "{}").status()).isEqualTo(401);
    }

    @Test
    void onlyTheRequesterRatesAndOnlyWhatWasSolved() throws IOException {
        String path = "/api/v2/tickets/" + Sample.JANES_SOLVED_TICKET + "/satisfaction_rating";
        String good = "{\"satisfaction_rating\":{\"score\":\"good\",\"comment\":\"Thanks\"}}";

        Caller.Reply reply = jane.post(path, good);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().at("/satisfaction_rating/score").asText()).isEqualTo("good");
        assertThat(zendesk.world().ticket(Sample.JANES_SOLVED_TICKET).rating().comment()).isEqualTo("Thanks");

        assertThat(bare.as(Sample.RAJ).post(path, good).status()).isEqualTo(403);
        assertThat(bare.post(path, good).status()).isEqualTo(403);
        assertThat(jane.post(path, "{\"satisfaction_rating\":{\"score\":\"great\"}}").json().at("/details/score")).hasSize(1);
        String open = "/api/v2/tickets/" + Sample.JANES_OPEN_TICKET + "/satisfaction_rating";
        assertThat(jane.post(open, good).status()).isEqualTo(422);
        zendesk.world().ticket(Sample.JANES_OPEN_TICKET).wasSolvedBefore(true);
        assertThat(jane.post(open, good).status()).isEqualTo(200);
        assertThat(jane.post("/api/v2/tickets/1/satisfaction_rating", good).status()).isEqualTo(404);
    }

    @Test
    void anUploadGoesByTokenIntoAComment() throws IOException {
        byte[] bytes = "a picture".getBytes(StandardCharsets.UTF_8);
        Caller.Reply reply = jane.send("POST", "/api/v2/uploads?filename=a%20b.png", bytes, "application/binary");

        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(reply.header("Location")).contains("/api/v2/attachments/");
        String token = reply.json().at("/upload/token").asText();
        assertThat(zendesk.world().findUpload(token)).get().extracting(Upload::owner).extracting(User::email)
                .isEqualTo(Sample.JANE);
        assertThat(jane.send("POST", "/api/v2/uploads?filename=c.txt&token=" + token, bytes, "text/plain").json()
                .at("/upload/attachments")).hasSize(2);

        String body = "{\"request\":{\"subject\":\"s\",\"comment\":{\"body\":\"b\",\"uploads\":[\"" + token + "\"]}}}";
        assertThat(bare.as(Sample.RAJ).post("/api/v2/requests", body).status()).isEqualTo(422);
        long id = jane.post("/api/v2/requests", body).json().at("/request/id").asLong();
        JsonNode attachment = jane.get("/api/v2/requests/" + id + "/comments").json().at("/comments/0/attachments/0");
        assertThat(attachment.path("file_name").asText()).isEqualTo("a b.png");
        Caller.Reply content = Caller.of(zendesk).get(attachment.path("content_url").asText());
        assertThat(content.body()).isEqualTo(bytes);
        assertThat(content.header("Content-Type")).isEqualTo("image/png");
    }

    @Test
    void anUploadCanBeDeletedOnce() throws IOException {
        String token = jane.send("POST", "/api/v2/uploads.json?filename=x", new byte[] {1}, "application/binary").json()
                .at("/upload/token").asText();

        assertThat(jane.delete("/api/v2/uploads/" + token + ".json").status()).isEqualTo(204);
        assertThat(jane.delete("/api/v2/uploads/" + token).status()).isEqualTo(404);
    }

    private static List<Long> ids(Caller.Reply reply) {
        List<Long> ids = new ArrayList<>();
        reply.json().path("requests").forEach(request -> ids.add(request.path("id").asLong()));
        return ids;
    }
}
