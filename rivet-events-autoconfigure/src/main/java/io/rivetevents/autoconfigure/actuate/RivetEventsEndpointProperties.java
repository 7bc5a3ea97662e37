/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.util.Set;

import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the Actuator endpoint.
 *
 * @param showValues When to show the values in the states of instances and the owners of
 * limits. Otherwise each value is replaced by asterisks, and owners are absent.
 * @param roles Roles of the users that are shown values with "when-authorized". If empty,
 * all authenticated users are.
 */
@ConfigurationProperties("management.endpoint.rivetevents")
public record RivetEventsEndpointProperties(@DefaultValue("never") Show showValues, @DefaultValue Set<String> roles) {
}
