package io.github.camelzendesk.standin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;

/** The table decides what a path is and who may go there. */
class OperationsTest {

    private final Operations operations = Operations.load();

    @Test
    void theMoreLiteralRowWins() {
        assertThat(operations.match("GET", List.of("api", "v2", "requests", "open")).operation().template())
                .isEqualTo("/api/v2/requests/open");
        assertThat(operations.match("GET", List.of("api", "v2", "requests", "7")).variables()).containsEntry("request_id", "7");
        assertThat(operations.match("GET", List.of("api", "v2", "users", "me")).operation().admitsAnonymous()).isTrue();
    }

    @Test
    void anEmptySegmentIsNoId() {
        assertThat(operations.match("GET", List.of("api", "v2", "requests", ""))).isNull();
        assertThat(operations.match("PATCH", List.of("api", "v2", "requests"))).isNull();
    }

    @Test
    void endUsersAreKeptOutOfTickets() {
        assertThat(operations.match("GET", List.of("api", "v2", "tickets")).operation().admitsEndUsers()).isFalse();
        assertThat(operations.match("POST", List.of("api", "v2", "tickets", "7", "satisfaction_rating")).operation().needsVerified())
                .isTrue();
    }

    @Test
    void everythingThatIsActedOutIsInTheTable() {
        World world = new World(java.time.Clock.systemUTC());
        Desk desk = new Desk(world, new Switches(), new Faults(), new OAuth(world));

        assertThat(desk.actedOut()).allSatisfy(key -> {
            String[] parts = key.split(" ");
            assertThat(operations.match(parts[0], List.of(parts[1].substring(1).split("/")))).as(key).isNotNull()
                    .extracting(Operations.Match::operation).extracting(Operations.Operation::key).isEqualTo(key);
        });
    }
}
