package io.rivetevents.benchmarks.attack.victim;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;

/**
 * What nobody attacks.
 */
@Actor("bystander")
class Bystander {

	@Action
	String echo(String data) {
		return data;
	}

}
