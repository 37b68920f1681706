package io.github.camelzendesk.standin;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Starts a stand-in before a class's tests, resets it before each, and closes it after the last. Also a source of
 * {@link StandIn} parameters.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final StandInExtension ZENDESK = new StandInExtension();
 * }</pre>
 */
public final class StandInExtension implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback, ParameterResolver {

    private final StandIn.Builder builder;
    private @Nullable StandIn standIn;

    public StandInExtension() {
        this(StandIn.builder());
    }

    /** For one with TLS, another clock, a fixed port. */
    public StandInExtension(StandIn.Builder builder) {
        this.builder = builder;
    }

    /** Started when first asked for, so that a static initializer may already use its address. */
    public synchronized StandIn standIn() {
        StandIn running = standIn;
        if (running == null) {
            running = builder.start();
            standIn = running;
        }
        return running;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        standIn();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        standIn().reset();
    }

    @Override
    public synchronized void afterAll(ExtensionContext context) {
        // the classes nested in the test class share it; the outermost one closes it
        if (standIn != null && context.getParent().flatMap(ExtensionContext::getTestClass).isEmpty()) {
            standIn.close();
            standIn = null;
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == StandIn.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return standIn();
    }
}
