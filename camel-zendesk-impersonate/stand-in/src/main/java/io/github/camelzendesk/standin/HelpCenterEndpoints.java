package io.github.camelzendesk.standin;

import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;

/** As much of the Help Center as it takes to act there as somebody. */
final class HelpCenterEndpoints {

    private final World world;

    HelpCenterEndpoints(World world) {
        this.world = world;
    }

    void register(Map<String, Endpoint> endpoints) {
        endpoints.put("GET /api/v2/help_center/users/{user_id}/votes", this::votesOf);
        endpoints.put("GET /api/v2/help_center/votes/{vote_id}", visit -> world.findVote(visit.id("vote_id"))
                .filter(vote -> mayHandle(visit.user(), vote))
                .map(vote -> Answer.ok(Json.wrapped("vote", Json.vote(visit.call(), vote))))
                .orElseGet(Answer::recordNotFound));
        endpoints.put("DELETE /api/v2/help_center/votes/{vote_id}", this::withdraw);
        endpoints.put("POST /api/v2/help_center/articles/{article_id}/up", visit -> vote(visit, 1, "Article", "article_id"));
        endpoints.put("POST /api/v2/help_center/articles/{article_id}/down", visit -> vote(visit, -1, "Article", "article_id"));
        endpoints.put("POST /api/v2/help_center/{locale}/articles/{article_id}/up",
                visit -> vote(visit, 1, "Article", "article_id"));
        endpoints.put("POST /api/v2/community/posts/{post_id}/up", visit -> vote(visit, 1, "Post", "post_id"));
        endpoints.put("POST /api/v2/community/posts/{post_id}/down", visit -> vote(visit, -1, "Post", "post_id"));
        endpoints.put("POST /api/v2/community/posts", this::post);
        endpoints.put("GET /api/v2/community/posts", visit -> Pages.of(visit.call(), "posts", world.posts(), Post::id,
                post -> Json.post(visit.call(), post)));
    }

    private Answer votesOf(Visit visit) {
        String whose = visit.variable("user_id");
        User user = whose.equals("me") ? visit.user() : world.findUser(whose).orElse(null);
        if (user == null) {
            return Answer.recordNotFound();
        }
        if (visit.user().isEndUser() && user != visit.user()) {
            return Answer.forbidden(); // [INFER]
        }
        return Pages.of(visit.call(), "votes", world.votes().stream().filter(vote -> vote.by() == user).toList(), Vote::id,
                vote -> Json.vote(visit.call(), vote));
    }

    private Answer withdraw(Visit visit) {
        Vote vote = world.findVote(visit.id("vote_id")).orElse(null);
        if (vote == null) {
            return Answer.recordNotFound();
        }
        if (!mayHandle(visit.user(), vote)) {
            return Answer.forbidden(); // [INFER]
        }
        world.forget(vote);
        return Answer.noContent();
    }

    private static boolean mayHandle(User user, Vote vote) {
        return !user.isEndUser() || vote.by() == user;
    }

    /** One vote for each user and thing; a second one takes its place [INFER]. */
    private Answer vote(Visit visit, int value, String itemType, String idVariable) {
        long item = visit.id(idVariable);
        if (item < 0) {
            return Answer.recordNotFound();
        }
        world.votes().stream()
                .filter(vote -> vote.by() == visit.user() && vote.itemType().equals(itemType) && vote.itemId() == item)
                .forEach(world::forget);
        Vote vote = world.vote(visit.user(), value, itemType, item);
        return Answer.ok(Json.wrapped("vote", Json.vote(visit.call(), vote)));
    }

    private Answer post(Visit visit) {
        JsonNode wanted = visit.json("post");
        String title = wanted.path("title").asText("");
        if (title.isBlank()) {
            return Answer.invalidRecord("title", "Title: cannot be blank", "BlankValue");
        }
        // author_id in the body is for Help Center managers only [DOC]; for all others it is not looked at
        Post post = world.post(visit.user(), title, wanted.path("details").asText(""));
        return Answer.created(Json.wrapped("post", Json.post(visit.call(), post)),
                visit.call().origin() + "/api/v2/community/posts/" + post.id() + ".json");
    }
}
