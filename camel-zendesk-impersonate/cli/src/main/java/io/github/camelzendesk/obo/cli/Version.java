package io.github.camelzendesk.obo.cli;

import picocli.CommandLine.IVersionProvider;

/** The release, as the jar's manifest names it. */
final class Version implements IVersionProvider {

    static String number() {
        String number = ZendeskObo.class.getPackage().getImplementationVersion();
        return number == null ? "development" : number;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"zendesk-obo " + number()};
    }
}
