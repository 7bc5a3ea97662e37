// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

/** The pages in the order of the sidebar. The file name without ".md" is the key. The build fails if a page is missing on either side. */
export const groups = [
  {
    text: 'Start',
    pages: {
      index: 'Overview',
      'getting-started': 'Getting started',
      questions: 'Questions',
      'coming-from': 'Coming from other libraries',
      'coming-from-adapters': 'Coming from adapters',
    },
  },
  {
    text: 'Build',
    pages: {
      actors: 'Actors',
      events: 'Events',
      transactions: 'Transactions',
      outbox: 'Outbox',
      state: 'State and stores',
      hibernation: 'Hibernation',
      'durable-history': 'Durable history',
      schedules: 'Schedules',
      schema: 'Tables and state changes',
      interceptors: 'Interceptors',
      'server-code': 'Calling from server code',
      observers: 'Observers',
      deliveries: 'Explaining deliveries',
      values: 'Values',
      testing: 'Testing',
      'testing-clusters': 'Testing with several nodes',
      simulation: 'Simulation',
      extending: 'Extending',
    },
  },
  {
    text: 'Connect',
    pages: {
      clients: 'Clients',
      'testing-clients': 'Testing clients',
      reconnecting: 'Reconnecting',
    },
  },
  {
    text: 'Secure',
    pages: {
      security: 'Security',
      'sign-in': 'Signing in',
      expiry: 'Expiry and renewal',
      tickets: 'Connect tickets',
      revocation: 'Ending rights',
      origins: 'Origins and CSRF',
      tenants: 'Tenants and rates',
    },
  },
  {
    text: 'Run',
    pages: {
      'behind-a-proxy': 'Behind a proxy',
      scaling: 'Scaling',
      routing: 'Without a cluster',
      cluster: 'Cluster',
      'three-nodes': 'Three nodes to try',
      discovery: 'Discovery',
      'many-nodes': 'Many nodes',
      redis: 'Redis',
      placement: 'Placement',
      operations: 'Operations',
      metrics: 'Metrics',
      actuator: 'Actuator',
      inspector: 'Inspector',
      tracing: 'Tracing',
      native: 'Native images',
      performance: 'Performance',
      'mass-reconnects': 'Mass reconnects',
      upgrading: 'Upgrading',
    },
  },
  {
    text: 'Reference',
    pages: {
      configuration: 'Configuration',
      errors: 'Errors and close codes',
      limits: 'Limits',
      protocol: 'Protocol',
    },
  },
  {
    text: 'Contribute',
    pages: {
      'fault-tests': 'Fault tests',
      'security-tests': 'Security tests',
    },
  },
]
