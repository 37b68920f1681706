package io.github.camelzendesk.obo;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.spi.ShutdownPrepared;
import org.apache.camel.spi.ShutdownStrategy;
import org.apache.camel.spi.UnitOfWork;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.support.service.ServiceSupport;

import io.github.camelzendesk.obo.client.Waits;

/**
 * Lets the messages that wait know in time that their route stops. Camel asks what a route consists of to prepare for that, but
 * the producers of its {@code to} steps are not among it; so each route gets a service of ours.
 */
final class RouteStops extends LifecycleStrategySupport {

    /** How much of Camel's shutdown timeout is left to the routes after the last message has failed; Camel looks once a second. */
    private static final long LEFT_TO_COMPLETE_MILLIS = 2_000;

    private final ZendeskOboComponent component;
    private final Map<String, RouteStop> stops = new ConcurrentHashMap<>();

    RouteStops(ZendeskOboComponent component) {
        this.component = component;
    }

    /** From now on; the routes that are there already included. */
    void watch(CamelContext context) {
        context.addLifecycleStrategy(this);
        onRoutesAdd(context.getRoutes());
    }

    void unwatch(CamelContext context) {
        context.getLifecycleStrategies().remove(this);
        stops.clear();
    }

    /** Camel adds a route once more each time that it starts. */
    @Override
    public void onRoutesAdd(Collection<Route> routes) {
        for (Route route : routes) {
            RouteStop stop = new RouteStop();
            stop.start();
            stops.put(route.getRouteId(), stop);
            route.addService(stop);
        }
    }

    @Override
    public void onRoutesRemove(Collection<Route> routes) {
        routes.forEach(route -> stops.remove(route.getRouteId()));
    }

    /** Where a message waits: with the routes that Camel counts it to, that in which it began and that in which it is. */
    List<Waits> of(Exchange exchange, Waits producers) {
        List<Waits> all = new ArrayList<>(3);
        all.add(producers);
        String from = exchange.getFromRouteId();
        add(all, from);
        UnitOfWork work = exchange.getUnitOfWork();
        Route in = work == null ? null : work.getRoute();
        if (in != null && !in.getRouteId().equals(from)) {
            add(all, in.getRouteId());
        }
        return all;
    }

    private void add(List<Waits> all, String route) {
        RouteStop stop = route == null ? null : stops.get(route);
        if (stop != null) {
            all.add(stop.waits);
        }
    }

    /**
     * Of one route. When it stops, its messages may wait on until shortly before Camel's shutdown timeout; those that still wait
     * then fail, so that their exchanges complete within it.
     */
    private final class RouteStop extends ServiceSupport implements ShutdownPrepared {

        private final Waits waits = new Waits();
        private Runnable callOff = () -> {
        };

        /** Called once before Camel waits for the messages, once after it, and once more, forced, if they took too long. */
        @Override
        public synchronized void prepareShutdown(boolean suspendOnly, boolean forced) {
            callOff.run();
            if (forced) {
                waits.end();
                if (isStarted()) {
                    // of a route that was to be suspended the next messages wait again
                    waits.begin();
                }
            } else if (!suspendOnly) {
                ShutdownStrategy strategy = component.getCamelContext().getShutdownStrategy();
                long millis = strategy.getTimeUnit().toMillis(strategy.getTimeout());
                long left = Math.min(millis / 2, LEFT_TO_COMPLETE_MILLIS);
                Runnable end = component.later(millis - left, waits::end);
                // a stop may be given up, and then the route goes on
                Runnable begin = component.later(millis + left, waits::begin);
                callOff = () -> {
                    end.run();
                    begin.run();
                };
            }
        }

        @Override
        protected synchronized void doStop() {
            callOff.run();
            waits.end();
        }
    }
}
