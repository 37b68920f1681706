package io.github.camelzendesk.example.ratings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;

class ProgressTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private Instant now = Instant.parse("2026-11-25T10:00:00Z");

    private Progress progress(int total, boolean bar) {
        return new Progress(total, bar, new PrintStream(out, true, StandardCharsets.UTF_8), () -> now);
    }

    private String shown() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void itTellsHowFarHowFastAndHowLongStill() {
        Progress progress = progress(1000, false);
        for (int i = 0; i < 100; i++) {
            progress.done(i == 7 ? 8_200L : 1_000L);
        }
        progress.failed(null);
        progress.unknown(0L);
        for (int i = 0; i < 98; i++) {
            progress.before();
        }
        now = now.plusSeconds(30);
        progress.show();

        assertThat(shown()).isEqualToIgnoringNewLines(
                "200/1000, 204 per minute, 3 min 55 s left, waited 1.1 s (longest 8.2 s), failed 1, unknown 1");
        assertThat(progress.complete()).isFalse();
        assertThat(progress.missing()).isEqualTo(800);
        assertThat(progress.summary()).isEqualTo("100 done, 98 done before, 1 failed, 1 unknown of 1000 in 30 s");
    }

    @Test
    void theSpeedIsThatOfTheLastMinute() {
        Progress progress = progress(10_000, false);
        for (int minute = 0; minute < 3; minute++) {
            for (int i = 0; i < 700; i++) {
                progress.done(0L);
            }
            now = now.plus(Duration.ofMinutes(1));
            progress.show();
        }
        now = now.plus(Duration.ofMinutes(1));
        progress.show();

        assertThat(shown().lines()).element(2).asString().contains("700 per minute, 11 min 17 s left");
        assertThat(shown().lines()).element(3).asString().contains("0 per minute, waiting");
    }

    @Test
    void onATerminalItIsABarInOneLine() {
        Progress progress = progress(4, true);
        progress.done(0L);
        now = now.plusSeconds(1);
        progress.show();

        assertThat(shown()).startsWith("\r[#######-----------------------] 1/4, 60 per minute, 3 s left").endsWith("\u001b[K");
    }

    @Test
    void ofNothingAllIsDone() {
        assertThat(progress(0, true).complete()).isTrue();
        assertThat(progress(0, true).line()).startsWith("[##############################] 0/0");
    }
}
