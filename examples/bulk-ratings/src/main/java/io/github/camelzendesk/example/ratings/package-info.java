@NullMarked
package io.github.camelzendesk.example.ratings;

import org.jspecify.annotations.NullMarked;
