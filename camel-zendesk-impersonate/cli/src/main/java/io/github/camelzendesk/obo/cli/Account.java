package io.github.camelzendesk.obo.cli;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

import io.github.camelzendesk.obo.token.Origin;

/** Which Zendesk account. */
final class Account {

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Address address;

    private static final class Address {

        @Option(names = "--subdomain", paramLabel = "NAME", converter = Subdomain.class,
                description = "The account: acme for https://acme.zendesk.com.")
        private Origin subdomain;

        @Option(names = "--base-uri", paramLabel = "URI", converter = BaseUri.class,
                description = "The account's address instead, such as http://127.0.0.1:8089 of a stand-in. "
                              + "Plain http is for this machine only.")
        private Origin baseUri;
    }

    Origin origin() {
        return address.subdomain != null ? address.subdomain : address.baseUri;
    }

    private static final class Subdomain implements ITypeConverter<Origin> {
        @Override
        public Origin convert(String value) {
            try {
                return Origin.ofSubdomain(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    private static final class BaseUri implements ITypeConverter<Origin> {
        @Override
        public Origin convert(String value) {
            try {
                return Origin.ofBaseUri(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
