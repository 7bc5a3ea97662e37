/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

/**
 * Adds the application's own classes to those that may be part of an {@code
 * Authentication} that is sent to another node. Beans of this type are called in their
 * order, when the first principal is sent. <pre>{@code
 * &#64;Bean
 * PrincipalJsonCustomizer shopUsers() {
 *     return (types, mapper) -> types.allowIfSubType(ShopUser.class);
 * }
 * }</pre> A class that Jackson cannot read without configuration also needs a module or a
 * mix-in: {@code mapper.addModule(new ShopModule())}.
 *
 * @see PrincipalCodec
 * @since 0.1.0
 */
@FunctionalInterface
public interface PrincipalJsonCustomizer {

	/**
	 * Adds classes, modules and mix-ins.
	 * @param types allow-list of classes; already allows those of Spring Security
	 * @param mapper reads and writes principals, and nothing else
	 */
	void customize(BasicPolymorphicTypeValidator.Builder types, JsonMapper.Builder mapper);

}
