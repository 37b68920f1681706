package io.github.camelzendesk.obo;

import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.Configurer;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.jspecify.annotations.Nullable;

import io.github.camelzendesk.obo.client.RateBudget;

/** The options that an endpoint has, and the component as their default. */
@UriParams
@Configurer(extended = true)
public class ZendeskOboConfiguration implements Cloneable {

    @UriParam(description = "The account: acme for https://acme.zendesk.com. Either this or baseUri is required.")
    private @Nullable String subdomain;

    @UriParam(description = "The account by its address, for one on a domain of its own: https://help.example.com. Plain http"
                            + " only to this machine.")
    private @Nullable String baseUri;

    @UriParam(label = "security",
              description = "The one end user that this endpoint acts for, whatever the message says: an email address or a"
                            + " Zendesk user id. A plus in an address needs RAW(). Excludes userFrom and userResolver.")
    private @Nullable String user;

    @UriParam(label = "security", defaultValue = "header:CamelZendeskOboUser",
              description = "Where in the exchange the end user is found: header:NAME, property:NAME or variable:NAME. An HTTP"
                            + " caller can set any header that does not begin with Camel, so name another one only behind"
                            + " authentication. Excludes user and userResolver.")
    private @Nullable String userFrom;

    @UriParam(label = "security",
              description = "A bean that finds the end user. Excludes user and userFrom.")
    private @Nullable UserResolver userResolver;

    @UriParam(label = "security", description = "A bean that has the last word on whether the route may act for a user.")
    private @Nullable UserPolicy userPolicy;

    @UriParam(label = "security", defaultValue = "any", enums = "any,email,id",
              description = "Which form of user is accepted, so that a customer number cannot pass for a Zendesk id.")
    private String userKind = "any";

    @UriParam(label = "security", defaultValue = "token", enums = "token,user,off",
              description = "What has to be shown before a request goes out: token that Zendesk honours X-On-Behalf-Of with this"
                            + " token; user that the user is an end user as well, by asking Zendesk once for each, for which the token"
                            + " needs the scope read; off nothing, so"
                            + " that everything is done as the administrator if the header is ignored.")
    private String proof = "token";

    @UriParam(defaultValue = "stream", enums = "stream,json,records",
              description = "What the body of the answer becomes: stream a re-readable stream, in a temporary file when large;"
                            + " json a JsonNode; records, with the method get only, an Iterator over the records of all pages of"
                            + " a list, each a JsonNode, which fetches the pages while it is read.")
    private String responseBody = "stream";

    @UriParam(defaultValue = "warn", enums = "warn,fail,off",
              description = "What to do at start when Zendesk does not let end users call this operation.")
    private String allowedFor = "warn";

    @UriParam(defaultValue = "30000", javaType = "java.time.Duration",
              description = "How long one request may take each time that it is sent, from asking for a connection to the last byte"
                            + " of the answer.")
    private long requestTimeout = 30_000;

    @UriParam(defaultValue = "3",
              description = "How often a request may be tried. A read is repeated after a failure that may pass; a write only if it"
                            + " is known not to have been done, or if Zendesk recognizes its copy, as with a new ticket.")
    private int maxAttempts = 3;

    @UriParam(defaultValue = "120000", javaType = "java.time.Duration",
              description = "How long a message may wait, for the rate limit and between tries, all together: its last try begins no"
                            + " later. 0 for not at all.")
    private long maxWait = 120_000;

    @UriParam(label = "advanced",
              description = "The bean that keeps requests within Zendesk's rate limits, for endpoints that are not to use the"
                            + " component's own, such as urgent ones that may use a reserved part.")
    private @Nullable RateBudget rateBudget;

    @UriParam(defaultValue = "true",
              description = "Whether an answer that is not a success fails the exchange. If not, its status and body become the"
                            + " message; a request that could not be sent fails the exchange all the same.")
    private boolean throwExceptionOnFailure = true;

    /** A copy that can be changed on its own. */
    public ZendeskOboConfiguration copy() {
        try {
            return (ZendeskOboConfiguration) clone();
        } catch (CloneNotSupportedException e) {
            throw new RuntimeCamelException(e);
        }
    }

    public @Nullable String getSubdomain() {
        return subdomain;
    }

    public void setSubdomain(@Nullable String subdomain) {
        this.subdomain = subdomain;
    }

    public @Nullable String getBaseUri() {
        return baseUri;
    }

    public void setBaseUri(@Nullable String baseUri) {
        this.baseUri = baseUri;
    }

    public @Nullable String getUser() {
        return user;
    }

    public void setUser(@Nullable String user) {
        this.user = user;
    }

    public @Nullable String getUserFrom() {
        return userFrom;
    }

    public void setUserFrom(@Nullable String userFrom) {
        this.userFrom = userFrom;
    }

    public @Nullable UserResolver getUserResolver() {
        return userResolver;
    }

    public void setUserResolver(@Nullable UserResolver userResolver) {
        this.userResolver = userResolver;
    }

    public @Nullable UserPolicy getUserPolicy() {
        return userPolicy;
    }

    public void setUserPolicy(@Nullable UserPolicy userPolicy) {
        this.userPolicy = userPolicy;
    }

    public String getUserKind() {
        return userKind;
    }

    public void setUserKind(String userKind) {
        this.userKind = userKind;
    }

    public String getProof() {
        return proof;
    }

    public void setProof(String proof) {
        this.proof = proof;
    }

    public String getResponseBody() {
        return responseBody;
    }

    public void setResponseBody(String responseBody) {
        this.responseBody = responseBody;
    }

    public String getAllowedFor() {
        return allowedFor;
    }

    public void setAllowedFor(String allowedFor) {
        this.allowedFor = allowedFor;
    }

    public long getRequestTimeout() {
        return requestTimeout;
    }

    public void setRequestTimeout(long requestTimeout) {
        this.requestTimeout = requestTimeout;
    }

    public int getMaxAttempts() {
        return maxAttempts;
    }

    public void setMaxAttempts(int maxAttempts) {
        this.maxAttempts = maxAttempts;
    }

    public long getMaxWait() {
        return maxWait;
    }

    public void setMaxWait(long maxWait) {
        this.maxWait = maxWait;
    }

    public @Nullable RateBudget getRateBudget() {
        return rateBudget;
    }

    public void setRateBudget(@Nullable RateBudget rateBudget) {
        this.rateBudget = rateBudget;
    }

    public boolean isThrowExceptionOnFailure() {
        return throwExceptionOnFailure;
    }

    public void setThrowExceptionOnFailure(boolean throwExceptionOnFailure) {
        this.throwExceptionOnFailure = throwExceptionOnFailure;
    }
}
