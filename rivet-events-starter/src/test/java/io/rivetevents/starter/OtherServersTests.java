/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.starter;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.reactive.TomcatReactiveWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * WebFlux can run on servers that do not support clients of actors.
 */
@ExtendWith(OutputCaptureExtension.class)
class OtherServersTests {

	@Test
	void areWarnedOf(CapturedOutput output) {
		new SpringApplicationBuilder(ControllersTests.Application.class, OnTomcat.class)
			.web(WebApplicationType.REACTIVE)
			.run()
			.close();
		assertThat(output).contains("Clients cannot connect to the actors [shop]: the web server is TomcatWebServer",
				"Reactor Netty");
	}

	@Configuration(proxyBeanMethods = false)
	static class OnTomcat {

		@Bean
		TomcatReactiveWebServerFactory server() {
			return new TomcatReactiveWebServerFactory(0);
		}

	}

}
