package io.github.camelzendesk.obo.cli;

import java.util.List;
import java.util.concurrent.Callable;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

import io.github.camelzendesk.obo.client.EndUser;
import io.github.camelzendesk.obo.client.InvalidEndUser;

/** A report on all that must be right. */
@Command(name = "doctor",
         description = "Checks all that requests on behalf of end users need, one line for each, with what to do.",
         footer = {
                 "", "A line begins with ok, warning, FAILED or skipped. The exit status is 0 only without warning and FAILED.",
                 "It changes nothing, and leaves the stored pair of a running system alone unless --refresh is given."})
final class Doctor implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin
    private Account account;

    @Option(names = "--as", paramLabel = "USER", converter = UserName.class,
            description = "Also check that Zendesk acts for this end user: one e-mail address or id.")
    private @Nullable EndUser user;

    @Mixin
    private TokenAtHand tokenAtHand;

    @Option(names = "--json", description = "Print the report as JSON.")
    private boolean json;

    Doctor(Terminal terminal) {
        this.terminal = terminal;
    }

    private static final class UserName implements ITypeConverter<EndUser> {
        @Override
        public EndUser convert(String value) {
            try {
                return EndUser.of(value, EndUser.Form.ANY);
            } catch (InvalidEndUser e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    @Override
    public Integer call() {
        tokenAtHand.check(account.origin());
        List<Finding> findings;
        try (Engine engine = new Engine(terminal.clock())) {
            findings = new Checkup(account.origin(), user, tokenAtHand, engine, terminal).run();
        }
        boolean well = findings.stream().noneMatch(Finding::troubles);
        if (json) {
            terminal.out().println(json(findings, well));
        } else {
            findings.forEach(finding -> terminal.out().println(finding.line()));
        }
        return well ? ZendeskObo.OK : ZendeskObo.NOT_OK;
    }

    private String json(List<Finding> findings, boolean well) {
        ObjectNode report = new ObjectMapper().createObjectNode();
        report.put("origin", account.origin().toString()).put("ok", well);
        ArrayNode checks = report.putArray("checks");
        for (Finding finding : findings) {
            checks.addObject().put("check", finding.check()).put("status", finding.status().wireName())
                    .put("detail", finding.detail()).put("remedy", finding.remedy());
        }
        return report.toPrettyString();
    }
}
