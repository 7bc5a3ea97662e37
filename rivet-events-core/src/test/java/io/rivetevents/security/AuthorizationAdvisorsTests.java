/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.reflect.Method;
import java.security.ProtectionDomain;

import org.aopalliance.aop.Advice;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.aop.Advisor;
import org.springframework.aop.Pointcut;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.interceptor.DebugInterceptor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.core.SmartClassLoader;
import org.springframework.security.access.annotation.Secured;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authorization.AuthenticatedAuthorizationManager;
import org.springframework.security.authorization.method.AuthorizationAdvisor;
import org.springframework.security.authorization.method.AuthorizationManagerBeforeMethodInterceptor;
import org.springframework.util.ReflectionUtils;

import io.rivetevents.transport.FarAway;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which calls a proxy sees, and which of its advisors look at an annotation.
 */
class AuthorizationAdvisorsTests {

	private static final Advisor PRE_AUTHORIZE = AuthorizationManagerBeforeMethodInterceptor.preAuthorize();

	@Test
	void seesWhatASubclassOverrides() {
		AuthorizationAdvisors advisors = new AuthorizationAdvisors(proxy(new Vault(), true, PRE_AUTHORIZE));
		assertThat(advisors.obstacle(method(Vault.class, "open"))).isNull();
		assertThat(advisors.obstacle(method(Vault.class, "inside"))).isNull();
		assertThat(advisors.obstacle(method(Vault.class, "sealed"))).contains("a final method");
		assertThat(advisors.obstacle(method(Vault.class, "hidden"))).contains("a private or static method");
		assertThat(advisors.obstacle(method(Vault.class, "shared"))).contains("a private or static method");
	}

	@Test
	void seesNoMethodThatIsNotVisibleInItsPackage() {
		Object proxy = proxy(new FarVault(), true, PRE_AUTHORIZE);
		Method inside = method(FarAway.class, "inside");
		assertThat(new AuthorizationAdvisors(proxy).obstacle(inside)).contains("cannot access it");
		assertThat(new AuthorizationAdvisors(proxy).find(inside, PreAuthorize.class)).isEmpty();
	}

	@Test
	void seesNoMethodThatIsNotVisibleInItsClassLoader() {
		ClassLoader other = new DefiningClassLoader();
		ProxyFactory factory = new ProxyFactory(new OpenVault());
		factory.setProxyTargetClass(true);
		factory.addAdvisor(PRE_AUTHORIZE);
		Object proxy = factory.getProxy(other);
		assertThat(proxy.getClass().getClassLoader()).isSameAs(other);
		AuthorizationAdvisors advisors = new AuthorizationAdvisors(proxy);
		assertThat(advisors.obstacle(method(OpenVault.class, "open"))).isNull();
		assertThat(advisors.obstacle(method(OpenVault.class, "inside"))).contains("cannot access it");
	}

	@Test
	void seesMethodsOfItsInterfacesAlone() {
		AuthorizationAdvisors advisors = new AuthorizationAdvisors(proxy(new Vault(), false, PRE_AUTHORIZE));
		assertThat(advisors.obstacle(method(Vault.class, "open"))).isNull();
		assertThat(advisors.obstacle(method(Vault.class, "inside"))).contains("no interface declares it");
	}

	@Test
	void seesFinalMethodsOfAnInterface() {
		AuthorizationAdvisors advisors = new AuthorizationAdvisors(proxy(new FinalVault(), false, PRE_AUTHORIZE));
		assertThat(advisors.obstacle(method(FinalVault.class, "open"))).isNull();
		assertThat(advisors.find(method(FinalVault.class, "open"), PreAuthorize.class)).hasSize(1);
	}

	@Test
	void looksThroughAllProxies() {
		Object inner = proxy(new Vault(), false, PRE_AUTHORIZE);
		AuthorizationAdvisors advisors = new AuthorizationAdvisors(proxy(inner, false, other()));
		assertThat(advisors.find(method(Vault.class, "open"), PreAuthorize.class)).containsExactly(PRE_AUTHORIZE);
		assertThat(advisors.findBefore(method(Vault.class, "open"))).hasSize(1);
		assertThat(advisors.targetObject()).isInstanceOf(Vault.class);
	}

	@Test
	void countsAnAdvisorOnlyWhereItsProxySeesTheMethod() {
		Object inner = proxy(new Vault(), true, other());
		ProxyFactory outer = new ProxyFactory(inner);
		outer.setInterfaces(Openable.class);
		outer.setProxyTargetClass(false);
		outer.addAdvisor(PRE_AUTHORIZE);
		AuthorizationAdvisors advisors = new AuthorizationAdvisors(outer.getProxy());
		assertThat(advisors.obstacle(method(Vault.class, "inside"))).isNull();
		assertThat(advisors.find(method(Vault.class, "inside"), PreAuthorize.class)).isEmpty();
		assertThat(advisors.find(method(Vault.class, "open"), PreAuthorize.class)).hasSize(1);
	}

	@Test
	void countsNoAdvisorForOtherClasses() {
		Advisor elsewhere = new AuthorizationManagerBeforeMethodInterceptor(
				AnnotationMatchingPointcut.forClassAnnotation(Deprecated.class), allow());
		AuthorizationAdvisors advisors = new AuthorizationAdvisors(proxy(new Vault(), true, elsewhere));
		assertThat(advisors.find(method(Vault.class, "open"), PreAuthorize.class)).isEmpty();
		assertThat(advisors.findBefore(method(Vault.class, "open"))).isEmpty();
	}

	@Test
	void asksAnAdvisorOfTheApplicationButTakesItForNoAnnotation() {
		Advisor own = new AuthorizationManagerBeforeMethodInterceptor(
				AnnotationMatchingPointcut.forMethodAnnotation(Guarded.class), allow());
		AuthorizationAdvisors advisors = new AuthorizationAdvisors(proxy(new Vault(), true, own));
		assertThat(advisors.find(method(Vault.class, "open"), PreAuthorize.class)).isEmpty();
		assertThat(advisors.findBefore(method(Vault.class, "open"))).hasSize(1);
		assertThat(advisors.find(method(Vault.class, "inside"), PreAuthorize.class)).isEmpty();
	}

	@Test
	void takesAnAdvisorForItsOwnAnnotationAlone() {
		AuthorizationAdvisors advisors = new AuthorizationAdvisors(
				proxy(new Vault(), true, PRE_AUTHORIZE, AuthorizationManagerBeforeMethodInterceptor.secured()));
		assertThat(advisors.find(method(Vault.class, "open"), PreAuthorize.class)).containsExactly(PRE_AUTHORIZE);
		assertThat(advisors.find(method(Vault.class, "open"), Secured.class)).hasSize(1).doesNotContain(PRE_AUTHORIZE);
		assertThat(advisors.findBefore(method(Vault.class, "open"))).hasSize(2);
	}

	@Test
	void takesAnAdviceWithinAnotherAdvisor() {
		Advisor wrapped = new DefaultPointcutAdvisor(AnnotationMatchingPointcut.forMethodAnnotation(PreAuthorize.class),
				new AuthorizationManagerBeforeMethodInterceptor(
						AnnotationMatchingPointcut.forMethodAnnotation(PreAuthorize.class), allow()));
		AuthorizationAdvisors advisors = new AuthorizationAdvisors(proxy(new Vault(), true, wrapped));
		assertThat(advisors.find(method(Vault.class, "open"), PreAuthorize.class)).containsExactly(wrapped);
		assertThat(advisors.find(method(Vault.class, "inside"), PreAuthorize.class)).isEmpty();
	}

	@Test
	void takesAnAdvisorWithAnotherAdvice() {
		Advisor own = new OwnAdvisor();
		AuthorizationAdvisors advisors = new AuthorizationAdvisors(proxy(new Vault(), true, own));
		assertThat(advisors.find(method(Vault.class, "open"), PreAuthorize.class)).containsExactly(own);
		assertThat(advisors.find(method(Vault.class, "inside"), PreAuthorize.class)).isEmpty();
	}

	@Test
	void leavesOutTheChecksAndNothingElse() {
		Advisor other = other();
		for (boolean byClass : new boolean[] { true, false }) {
			Object without = new AuthorizationAdvisors(proxy(new Vault(), byClass, PRE_AUTHORIZE, other)).without();
			assertThat(((Advised) without).getAdvisors()).containsExactly(other);
			assertThat(without instanceof Vault).isEqualTo(byClass);
			assertThat(without).isInstanceOf(Openable.class);
		}
		ProxyFactory exposed = new ProxyFactory(new Vault());
		exposed.setExposeProxy(true);
		exposed.addAdvisor(PRE_AUTHORIZE);
		assertThat(new AuthorizationAdvisors(exposed.getProxy()).without()).isInstanceOf(Advised.class)
			.matches((without) -> ((Advised) without).isExposeProxy());
		Object unguarded = proxy(new Vault(), true, other);
		assertThat(new AuthorizationAdvisors(unguarded).without()).isSameAs(unguarded);
	}

	private static Object proxy(Object target, boolean byClass, Advisor... advisors) {
		ProxyFactory factory = new ProxyFactory(target);
		factory.setProxyTargetClass(byClass);
		factory.addAdvisors(advisors);
		return factory.getProxy(AuthorizationAdvisorsTests.class.getClassLoader());
	}

	private static Advisor other() {
		return new DefaultPointcutAdvisor(new DebugInterceptor());
	}

	private static <T> AuthenticatedAuthorizationManager<T> allow() {
		return AuthenticatedAuthorizationManager.authenticated();
	}

	private static Method method(Class<?> type, String name) {
		Method method = ReflectionUtils.findMethod(type, name);
		assertThat(method).isNotNull();
		return method;
	}

	@Retention(RetentionPolicy.RUNTIME)
	@interface Guarded {

	}

	interface Openable {

		String open();

	}

	static class Vault implements Openable {

		@Override
		@Guarded
		@PreAuthorize("denyAll")
		@Secured("NONE")
		public String open() {
			return "gold";
		}

		String inside() {
			return "gold";
		}

		final String sealed() {
			return hidden();
		}

		private String hidden() {
			return shared();
		}

		static String shared() {
			return "gold";
		}

	}

	static class FinalVault implements Openable {

		@Override
		@PreAuthorize("denyAll")
		public final String open() {
			return "gold";
		}

	}

	/** A class loader that is not its own can see it. */
	public static class OpenVault {

		public String open() {
			return "gold";
		}

		String inside() {
			return "gold";
		}

	}

	static class FarVault extends FarAway {

	}

	private static final class OwnAdvisor implements AuthorizationAdvisor {

		@Override
		public Pointcut getPointcut() {
			return AnnotationMatchingPointcut.forMethodAnnotation(PreAuthorize.class);
		}

		@Override
		public Advice getAdvice() {
			return new DebugInterceptor();
		}

		@Override
		public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
			return invocation.proceed();
		}

		@Override
		public int getOrder() {
			return 0;
		}

	}

	/**
	 * Defines proxies itself, as that of the development tools does; called by
	 * reflection.
	 */
	public static final class DefiningClassLoader extends ClassLoader implements SmartClassLoader {

		DefiningClassLoader() {
			super(AuthorizationAdvisorsTests.class.getClassLoader());
		}

		@Override
		public Class<?> publicDefineClass(String name, byte[] bytes, @Nullable ProtectionDomain domain) {
			return defineClass(name, bytes, 0, bytes.length, domain);
		}

	}

}
