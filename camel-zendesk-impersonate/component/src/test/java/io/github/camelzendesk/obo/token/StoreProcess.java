package io.github.camelzendesk.obo.token;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import org.h2.jdbcx.JdbcDataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Another process that uses a store: {@code file FOLDER | jdbc URL}, then {@code count N | loop | once | hold}. */
final class StoreProcess {

    private StoreProcess() {
    }

    static Process start(List<String> place, String... what) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m", "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-Xshare:auto", "-cp", System.getProperty("java.class.path"), StoreProcess.class.getName()));
        command.addAll(place);
        command.addAll(List.of(what));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    public static void main(String[] args) throws Exception {
        TokenStore store = args[0].equals("file")
                ? FileTokenStore.builder(Path.of(args[1])).key(DurableTokenStoreContractTest.KEY).build()
                : new JdbcTokenStore(dataSource(args[1]), DurableTokenStoreContractTest.KEY, Duration.ofSeconds(60));
        switch (args[2]) {
            case "count" -> {
                for (int i = Integer.parseInt(args[3]); i > 0; i--) {
                    store.update(TestPairs.ACME, TestPairs::successor);
                }
            }
            case "loop" -> {
                while (true) {
                    // the semicolon tells a whole line from one that the kill cut off
                    System.out.println("stored " + store.update(TestPairs.ACME, TestPairs::successor).version() + ";");
                }
            }
            case "once" -> {
                System.out.println("stored " + store.update(TestPairs.ACME, TestPairs::successor).version() + ";");
                Thread.sleep(600_000);
            }
            case "hold" -> store.update(TestPairs.ACME, current -> {
                System.out.println("holding");
                Thread.sleep(600_000);
                return null;
            });
            default -> throw new IllegalArgumentException(args[2]);
        }
    }

    static DataSource dataSource(String url) {
        if (url.startsWith("jdbc:h2:")) {
            JdbcDataSource h2 = new JdbcDataSource();
            h2.setURL(url);
            h2.setUser("sa");
            h2.setPassword("");
            return h2;
        }
        PGSimpleDataSource postgres = new PGSimpleDataSource();
        postgres.setURL(url);
        return postgres;
    }
}
