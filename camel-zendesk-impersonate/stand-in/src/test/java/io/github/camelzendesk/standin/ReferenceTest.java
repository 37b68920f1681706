package io.github.camelzendesk.standin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;

/** The page in docs/reference tells the truth. */
class ReferenceTest {

    @Test
    void everySwitchIsDescribedWithItsDefault() throws IOException {
        String page = Files.readString(Path.of("../../docs/reference/stand-in.md"));

        new Switches().asMap().forEach((name, standard) -> assertThat(page).contains("| `" + name + "` | `" + standard + "` |"));
    }

    @Test
    void everySampleTokenAndClientIsListed() throws IOException {
        String page = Files.readString(Path.of("../../docs/reference/stand-in.md"));

        assertThat(page).contains(Sample.TOKEN, Sample.WRITE_ONLY_TOKEN, Sample.PLAIN_TOKEN, Sample.AGENTS_TOKEN,
                Sample.CLIENT, Sample.CLIENT_SECRET, Sample.PUBLIC_CLIENT, Sample.REDIRECT_URI);
    }

    @Test
    void everyFieldOfAWindowsUsageIsDescribed() throws IOException {
        String page = Files.readString(Path.of("../../docs/reference/stand-in.md"));
        String rates = page.substring(page.indexOf("## Rate limits"), page.indexOf("## Switches"));

        for (RecordComponent field : Usage.class.getRecordComponents()) {
            assertThat(rates).contains("`" + field.getName() + "`");
        }
    }

    @Test
    void everyFaultIsDescribed() throws IOException {
        String page = Files.readString(Path.of("../../docs/reference/stand-in.md"));
        String faults = page.substring(page.indexOf("## Faults"), page.indexOf("## Rate limits"));

        for (Method method : Fault.class.getDeclaredMethods()) {
            if (Modifier.isStatic(method.getModifiers()) && Modifier.isPublic(method.getModifiers())) {
                assertThat(faults).contains("`" + method.getName() + "(");
            }
        }
    }
}
