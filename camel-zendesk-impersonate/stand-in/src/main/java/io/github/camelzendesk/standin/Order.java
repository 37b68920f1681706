package io.github.camelzendesk.standin;

import java.time.Instant;
import java.util.Comparator;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** How a list is sorted: by id, or by a time and then by id. */
record Order<T>(Function<T, Place> place, boolean descending) implements Comparator<T> {

    static <T> Order<T> byId(ToLongFunction<T> id) {
        return new Order<>(record -> Place.of(id.applyAsLong(record)), false);
    }

    static <T> Order<T> by(Function<T, Instant> time, ToLongFunction<T> id) {
        return new Order<>(record -> new Place(time.apply(record), id.applyAsLong(record)), false);
    }

    Order<T> descending(boolean descending) {
        return new Order<>(place, descending);
    }

    Place of(T record) {
        return place.apply(record);
    }

    @Override
    public int compare(T one, T other) {
        return compare(of(one), of(other));
    }

    int compare(Place one, Place other) {
        return descending ? other.compareTo(one) : one.compareTo(other);
    }
}
