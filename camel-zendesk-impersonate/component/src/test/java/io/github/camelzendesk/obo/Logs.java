package io.github.camelzendesk.obo;

import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.slf4j.LoggerFactory;

/** What a logger, and those below it, is told while this is open. */
final class Logs implements AutoCloseable {

    private final Logger logger;
    private final Level before;
    private final ListAppender<ILoggingEvent> events = new ListAppender<>() {
        @Override
        protected synchronized void append(ILoggingEvent event) {
            event.getThreadName();
            super.append(event);
        }
    };

    Logs(String name, Level level) {
        logger = (Logger) LoggerFactory.getLogger(name);
        before = logger.getLevel();
        logger.setLevel(level);
        events.start();
        logger.addAppender(events);
    }

    List<String> at(Level level) {
        synchronized (events) {
            return events.list.stream().filter(event -> event.getLevel().isGreaterOrEqual(level))
                    .map(ILoggingEvent::getFormattedMessage).toList();
        }
    }

    /** Everything, with the messages of exceptions. */
    List<ILoggingEvent> all() {
        synchronized (events) {
            return List.copyOf(events.list);
        }
    }

    @Override
    public void close() {
        logger.detachAppender(events);
        logger.setLevel(before);
    }
}
