package io.github.camelzendesk.obo.cli;

import java.nio.charset.StandardCharsets;

/**
 * What the browser shows in the end. It holds no secret and loads nothing.
 *
 * @param outcome {@code success}, {@code denied}, {@code wrong-state} or {@code error}
 */
record ResultPage(int status, String outcome, String title, String text) {

    static ResultPage success(String text) {
        return new ResultPage(200, "success", "Authorized", text);
    }

    static ResultPage denied(String text) {
        return new ResultPage(200, "denied", "Access denied", text);
    }

    static ResultPage error(String text) {
        return new ResultPage(200, "error", "That did not work", text);
    }

    static ResultPage wrongState() {
        return new ResultPage(400, "wrong-state", "This answer belongs to another question",
                "It does not carry the state of the zendesk-obo authorize that is waiting now, so it was left alone. "
                        + "Was it an old tab? Open the address that the command printed last.");
    }

    static ResultPage unreadable() {
        return new ResultPage(400, "error", "This is no answer from Zendesk",
                "zendesk-obo authorize is waiting for Zendesk to send the browser here. "
                        + "Open the address that the command printed.");
    }

    static ResultPage notFound() {
        return new ResultPage(404, "error", "There is nothing here", "zendesk-obo authorize is waiting at another path.");
    }

    byte[] html() {
        boolean good = outcome.equals("success");
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width">
                <link rel="icon" href="data:,">
                <title>%1$s - zendesk-obo</title>
                <style>
                body { font: 17px/1.55 system-ui, sans-serif; margin: 0; color: #1c2b33; background: #f4f6f7 }
                main { max-width: 34em; margin: 12vh auto 0; padding: 2em 2.2em; background: #fff;
                  border-top: 5px solid %3$s; border-radius: 6px; box-shadow: 0 1px 4px rgba(0,0,0,.14) }
                h1 { margin: 0 0 .5em; font-size: 1.5em; color: %3$s }
                p { margin: .5em 0 }
                footer { margin-top: 1.8em; font-size: .85em; color: #5b6b73 }
                </style>
                </head>
                <body>
                <main>
                <h1>%1$s</h1>
                <p id="outcome" data-outcome="%2$s">%4$s</p>
                <footer>zendesk-obo on this machine. You can close this tab.</footer>
                </main>
                </body>
                </html>
                """.formatted(escaped(title), outcome, good ? "#0b6e4f" : "#a6321f", escaped(text))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
