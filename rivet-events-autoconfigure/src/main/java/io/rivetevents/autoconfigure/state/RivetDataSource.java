/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.beans.factory.annotation.Qualifier;

/**
 * Qualifier of the {@code DataSource} in which instances are stored, for an application
 * that has several: <pre class="code">
 * &#64;Bean(defaultCandidate = false)
 * &#64;RivetDataSource
 * DataSource actorDataSource() { ... }
 * </pre> With {@code defaultCandidate = false} the rest of the application does not see
 * it, so that Spring Boot still configures the main {@code DataSource}.
 *
 * @since 0.1.0
 */
@Target({ ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER, ElementType.TYPE, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Qualifier
public @interface RivetDataSource {

}
