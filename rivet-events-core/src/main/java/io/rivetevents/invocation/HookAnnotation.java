/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.annotation.Annotation;
import java.util.List;

import io.rivetevents.annotation.CanCreate;
import io.rivetevents.annotation.CanSubscribe;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.CreateVars;
import io.rivetevents.annotation.OnBeforeActionResponse;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.annotation.OnCreate;
import io.rivetevents.annotation.OnDestroy;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.annotation.OnReauthenticate;
import io.rivetevents.annotation.OnSleep;
import io.rivetevents.annotation.OnStateChange;
import io.rivetevents.annotation.OnWake;
import io.rivetevents.extension.Hook;
import io.rivetevents.invocation.Arguments.Rest;
import io.rivetevents.invocation.ContextResolvers.Scope;

/**
 * The annotation of a hook, and the parameters that its method can have.
 *
 * @param annotation the annotation
 * @param hook the hook
 * @param scope the available information about the caller
 * @param payloadSize most parameters for the payload
 */
record HookAnnotation(Class<? extends Annotation> annotation, Hook hook, Scope scope, int payloadSize) {

	/** Allowed on several methods. */
	static final HookAnnotation CAN_SUBSCRIBE = new HookAnnotation(CanSubscribe.class, Hook.CAN_SUBSCRIBE,
			Scope.CONNECTION, 1);

	/** Each allowed on one method. */
	static final List<HookAnnotation> SINGLE = List.of(
			new HookAnnotation(CanCreate.class, Hook.CAN_CREATE, Scope.CALLER, 0),
			new HookAnnotation(CreateState.class, Hook.CREATE_STATE, Scope.INSTANCE, 0),
			new HookAnnotation(CreateVars.class, Hook.CREATE_VARS, Scope.INSTANCE, 0),
			new HookAnnotation(OnCreate.class, Hook.CREATE, Scope.INSTANCE, 0),
			new HookAnnotation(OnWake.class, Hook.WAKE, Scope.INSTANCE, 0),
			new HookAnnotation(OnSleep.class, Hook.SLEEP, Scope.INSTANCE, 0),
			new HookAnnotation(OnDestroy.class, Hook.DESTROY, Scope.INSTANCE, 0),
			new HookAnnotation(OnBeforeConnect.class, Hook.BEFORE_CONNECT, Scope.CALLER, 0),
			new HookAnnotation(CreateConnState.class, Hook.CREATE_CONN_STATE, Scope.CALLER, 0),
			new HookAnnotation(OnConnect.class, Hook.CONNECT, Scope.CONNECTING, 0),
			new HookAnnotation(OnReauthenticate.class, Hook.REAUTHENTICATE, Scope.CONNECTION, 0),
			new HookAnnotation(OnDisconnect.class, Hook.DISCONNECT, Scope.CONNECTION, 0),
			new HookAnnotation(OnBeforeActionResponse.class, Hook.BEFORE_ACTION_RESPONSE, Scope.CONNECTION, 2),
			new HookAnnotation(OnStateChange.class, Hook.STATE_CHANGE, Scope.INSTANCE, 1));

	Rest rest() {
		return (this.payloadSize > 0) ? Rest.PAYLOAD : Rest.NONE;
	}

}
