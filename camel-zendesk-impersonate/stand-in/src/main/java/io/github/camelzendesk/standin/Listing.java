package io.github.camelzendesk.standin;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Records in an order, of which nobody looks at more than a page: they may be a million, and exist only when they are asked
 * for. A place is found by bisection.
 */
final class Listing<T> {

    private final Order<T> order;
    private final List<List<T>> parts;

    /** @param parts each in that order; between them the records may alternate */
    Listing(Order<T> order, List<? extends List<T>> parts) {
        this.order = order;
        this.parts = List.copyOf(parts);
    }

    Place place(T record) {
        return order.of(record);
    }

    int size() {
        return parts.stream().mapToInt(List::size).reduce(0, Math::addExact);
    }

    /** How many records stand before a place, or at it. */
    int upTo(Place place) {
        return parts.stream().mapToInt(part -> bisect(part, place, true)).sum();
    }

    /** How many records stand before a place. */
    int before(Place place) {
        return parts.stream().mapToInt(part -> bisect(part, place, false)).sum();
    }

    private int bisect(List<T> part, Place place, boolean including) {
        int low = 0;
        int high = part.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            int compared = order.compare(order.of(part.get(middle)), place);
            if (compared < 0 || compared == 0 && including) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * The next {@code count} records, or as many as there are.
     *
     * @param after null for the beginning
     * @param skip  how many to pass over; each costs time
     */
    List<T> next(@Nullable Place after, int skip, int count) {
        int[] at = new int[parts.size()];
        for (int i = 0; after != null && i < at.length; i++) {
            at[i] = bisect(parts.get(i), after, true);
        }
        return merge(at, 1, skip, count);
    }

    /** The {@code count} records before a place, or as many as there are, in the list's order. */
    List<T> previous(Place before, int count) {
        int[] at = new int[parts.size()];
        for (int i = 0; i < at.length; i++) {
            at[i] = bisect(parts.get(i), before, false) - 1;
        }
        List<T> records = merge(at, -1, 0, count);
        Collections.reverse(records);
        return records;
    }

    private List<T> merge(int[] at, int step, int skip, int count) {
        List<@Nullable T> heads = new ArrayList<>();
        for (int i = 0; i < at.length; i++) {
            heads.add(record(i, at[i]));
        }
        List<T> records = new ArrayList<>();
        for (int n = 0; n < skip + count; n++) {
            int nearest = -1;
            T found = null;
            for (int i = 0; i < at.length; i++) {
                T head = heads.get(i);
                if (head != null && (found == null || step * order.compare(head, found) < 0)) {
                    nearest = i;
                    found = head;
                }
            }
            if (found == null) {
                break;
            }
            if (n >= skip) {
                records.add(found);
            }
            at[nearest] += step;
            heads.set(nearest, record(nearest, at[nearest]));
        }
        return records;
    }

    private @Nullable T record(int part, int at) {
        List<T> records = parts.get(part);
        return at >= 0 && at < records.size() ? records.get(at) : null;
    }
}
