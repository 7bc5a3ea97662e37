/**
 * What happens to actors and connections, as application events of Spring.
 */
@NullMarked
package io.rivetevents.event;

import org.jspecify.annotations.NullMarked;
