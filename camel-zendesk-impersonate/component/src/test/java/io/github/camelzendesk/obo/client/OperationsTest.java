package io.github.camelzendesk.obo.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperationsTest {

    private static final Operations ZENDESK = Operations.zendesk();

    @Test
    void theWholeTableIsRead() {
        Map<EndUserAccess, Long> counts = ZENDESK.all().collect(Collectors.groupingBy(Operation::access, Collectors.counting()));

        assertThat(counts).isEqualTo(Map.of(EndUserAccess.YES, 95L, EndUserAccess.ANONYMOUS, 30L, EndUserAccess.VERIFIED, 9L,
                EndUserAccess.VERIFIED_REQUESTER, 1L, EndUserAccess.OWN, 8L, EndUserAccess.CONDITIONAL, 10L,
                EndUserAccess.UNSTATED, 31L, EndUserAccess.NO, 607L));
        assertThat(Operations.zendesk()).isSameAs(ZENDESK);
    }

    @Test
    void everyOperationIsFoundByItsOwnTemplate() {
        assertThat(ZENDESK.all()).allSatisfy(operation -> {
            assertThat(ZENDESK.find(operation.method(), operation.path())).contains(operation);
            assertThat(ZENDESK.find(operation.method().toLowerCase(Locale.ROOT), operation.path() + ".json")).contains(operation);
        });
    }

    @Test
    void everyOperationBelowTheApiIsAPathThatARouteCanWriteSaveOauth() {
        assertThat(ZENDESK.all().filter(operation -> operation.path().startsWith("/api/") && !operation.path().contains("/oauth/")))
                .allSatisfy(operation -> assertThat(PathTemplate.parse(operation.path()).text()).isEqualTo(operation.path()));
    }

    @ParameterizedTest
    @CsvSource({
            "POST, /api/v2/requests,                                    CreateRequest,                  ANONYMOUS",
            "post, /api/v2/requests.json,                               CreateRequest,                  ANONYMOUS",
            "GET,  /api/v2/requests/33.json,                            ShowRequest,                    YES",
            "GET,  /api/v2/requests/{id},                               ShowRequest,                    YES",
            "GET,  /api/v2/requests/{id}.json,                          ShowRequest,                    YES",
            "GET,  /api/v2/requests/open,                               ListOpenRequests,               YES",
            "POST, /api/v2/tickets/35436/satisfaction_rating,           CreateTicketSatisfactionRating, VERIFIED_REQUESTER",
            "POST, /api/v2/tickets/{ticketId}/satisfaction_rating.json, CreateTicketSatisfactionRating, VERIFIED_REQUESTER",
            "PUT,  /api/v2/tickets/7.json,                              UpdateTicket,                   NO",
            "GET,  /api/v2/tickets/{x},                                 ShowTicket,                     NO",
            "GET,  /api/v2/tickets/count,                               CountTickets,                   NO",
            "GET,  /api/v2/users/me,                                    ShowCurrentUser,                ANONYMOUS",
            "GET,  /api/v2/users/{x},                                   ShowUser,                       NO",
            "GET,  /api/v2/community/posts,                             ListPosts,                      UNSTATED",
            "PUT,  /api/v2/community/posts/5,                           UpdatePost,                     OWN",
            "GET,  /api/v2/{kind}/33/satisfaction_rating,               '',                             ''",
            "GET,  /api/v2/{kind},                                      '',                             ''",
            "GET,  /api/v2/Requests,                                    '',                             ''",
            "GET,  /api/v2/nothing/of/the/kind,                         '',                             ''",
            "PATCH, /api/v2/requests,                                   '',                             ''",
            "GET,  '',                                                  '',                             ''" })
    void aRequestIsMatchedToItsOperation(String method, String path, String id, String access) {
        assertThat(ZENDESK.find(method, path).map(operation -> operation.id() + " " + operation.access()).orElse(" "))
                .isEqualTo(id + " " + access);
    }

    @ParameterizedTest
    @CsvSource({
            "GET,    /api/v2/tickets,                         GET /api/v2/requests",
            "POST,   /api/v2/tickets,                         POST /api/v2/requests",
            "GET,    /api/v2/tickets/{id},                    GET /api/v2/requests/{request_id}",
            "PUT,    /api/v2/tickets/7.json,                  PUT /api/v2/requests/{request_id}",
            "GET,    /api/v2/tickets/{id}/comments,           GET /api/v2/requests/{request_id}/comments",
            "GET,    /api/v2/organizations/{id}/tickets,      GET /api/v2/organizations/{organization_id}/requests",
            "POST,   /api/v2/users/{id}/identities,           POST /api/v2/end_users/{user_id}/identities",
            "DELETE, /api/v2/users/{id}/identities/{i},       DELETE /api/v2/end_users/{user_id}/identities/{user_identity_id}",
            "GET,    /api/v2/users/{id},                      GET /api/v2/users/me",
            "GET,    /api/v2/search,                          GET /api/v2/requests/search",
            "DELETE, /api/v2/tickets/{id},                    ''",
            "GET,    /api/v2/tickets/recent,                  ''",
            "GET,    /api/v2/tickets/count,                   ''",
            "PUT,    /api/v2/users/{id},                      ''",
            "GET,    /api/v2/users,                           ''",
            "GET,    /api/v2/views,                           ''",
            "GET,    /api/v2/requests,                        ''",
            "POST,   /api/v2/tickets/{id}/satisfaction_rating, ''" })
    void whatIsForAgentsHasAnAlternativeWhereZendeskHasOne(String method, String path, String alternative) {
        Operation operation = ZENDESK.find(method, path).orElseThrow();

        assertThat(operation.alternative().map(other -> other.method() + " " + other.path()).orElse("")).isEqualTo(alternative);
    }

    @Test
    void anAlternativeIsAlwaysOpenToEndUsersAndInTheTable() {
        assertThat(ZENDESK.all().filter(operation -> operation.alternative().isPresent())).isNotEmpty().allSatisfy(operation -> {
            Operation alternative = operation.alternative().orElseThrow();
            assertThat(operation.access().allowed()).isFalse();
            assertThat(alternative.access().allowed()).isTrue();
            assertThat(ZENDESK.all()).contains(alternative);
        });
    }

    @Test
    void onlyNoIsRuledOut() {
        for (EndUserAccess access : EndUserAccess.values()) {
            assertThat(access.allowed()).isEqualTo(access != EndUserAccess.NO);
        }
    }
}
