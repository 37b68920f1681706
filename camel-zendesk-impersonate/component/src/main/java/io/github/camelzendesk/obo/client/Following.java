package io.github.camelzendesk.obo.client;

/** What comes after a page of a list. */
public sealed interface Following {

    /**
     * Another page.
     *
     * @param path encoded, with the query, as it goes out
     */
    record Page(String path) implements Following {

        /** Hides where: a query may hold an address. */
        @Override
        public String toString() {
            return "Page";
        }
    }

    /** Nothing: the list ends here. */
    record Last() implements Following {
    }

    /**
     * Nobody can tell, or it leads where nothing is sent.
     *
     * @param why without anything of the link
     */
    record Broken(String why) implements Following {
    }
}
