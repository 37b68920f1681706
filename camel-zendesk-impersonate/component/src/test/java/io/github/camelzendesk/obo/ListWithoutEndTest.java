package io.github.camelzendesk.obo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.github.camelzendesk.standin.StandIn;
import io.github.camelzendesk.standin.User;

/**
 * A list that is far larger than the memory of the process that reads it, which is killed on the way and started again. How
 * many records it has says the system property {@code list.records}.
 */
class ListWithoutEndTest {

    private static final int RECORDS = Integer.getInteger("list.records", 20_000);
    private static final int LOOK_EVERY = Math.max(1_000, RECORDS / 20);
    private static final String ANN = "ann@example.com";

    @TempDir
    Path folder;

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void isReadInConstantMemoryAndGoesOnAfterAKillWithNothingLostAndOnePageTwiceAtMost() throws Exception {
        try (StandIn zendesk = StandIn.start()) {
            zendesk.switches().rateLimit(10_000_000);
            User ann = zendesk.world().endUser(ANN);
            List<Long> all = zendesk.world().generatedRequests(ann, RECORDS).stream().map(ticket -> ticket.id()).toList();

            List<Long> heap = new ArrayList<>();
            Process first = read(zendesk);
            follow(first, heap, RECORDS / 2);
            first.destroyForcibly().waitFor();
            int pagesAtTheKill = zendesk.journal().requests().size();
            Process second = read(zendesk);
            follow(second, heap, Integer.MAX_VALUE);
            assertThat(second.waitFor()).isZero();

            List<Long> noted = Files.readAllLines(folder.resolve("ids")).stream().filter(line -> !line.isBlank()).map(Long::valueOf).toList();
            Set<Long> once = new HashSet<>(noted);
            assertThat(once).containsAll(all);
            assertThat(noted.size() - all.size()).as("noted twice").isBetween(0, 101);
            assertThat(zendesk.journal().requests().size() - RECORDS / 100).as("pages fetched twice").isBetween(0, 3);
            assertThat(zendesk.journal().requests()).allSatisfy(entry -> assertThat(entry.onBehalfOf()).isEqualTo(ANN));
            long least = heap.stream().mapToLong(Long::longValue).min().orElseThrow();
            long most = heap.stream().mapToLong(Long::longValue).max().orElseThrow();
            System.out.printf("LIST %,d records, killed after %,d pages | heap after collection %.1f to %.1f MiB of 64 | %d noted twice%n",
                    RECORDS, pagesAtTheKill, least / 1048576.0, most / 1048576.0, noted.size() - all.size());
            // flat: no slope over the whole list, whatever a collection happens to leave
            assertThat(most - least).isLessThan(6 * 1048576L);
            assertThat(most).isLessThan(32 * 1048576L);
        }
    }

    private Process read(StandIn zendesk) throws IOException {
        return new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m", "-Dlook.every=" + LOOK_EVERY, "-cp",
                System.getProperty("java.class.path"), ReadingAList.class.getName(), zendesk.baseUri().toString(), ANN,
                folder.toString()).redirectError(folder.resolve("errors").toFile()).start();
    }

    /** Until the process ends, or has read so many. */
    private void follow(Process process, List<Long> heap, int enough) throws IOException {
        BufferedReader lines = process.inputReader();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("HEAP ")) {
                String[] words = line.split(" ");
                heap.add(Long.parseLong(words[2]));
                if (Long.parseLong(words[1]) >= enough) {
                    return;
                }
            }
        }
    }
}
