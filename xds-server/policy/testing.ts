import type { PolicyDocument } from './schema.ts';

/** The document of the design: three services, four segments, one mirror. A fresh copy each time. */
export function ordersDocument(): PolicyDocument & Required<Pick<PolicyDocument, 'services' | 'segments' | 'mirrors'>> {
  return {
    listen: '127.0.0.1:10000',
    default: 'order-v1',
    services: {
      'order-v1': { address: 'order-v1:8080' },
      'order-v1-twin': { address: 'order-v1-twin:8080' },
      'order-v2': { address: 'order-v2:8080' },
    },
    segments: {
      employees: { header: 'x-user-group', equals: 'employees' },
      beta: { cookie: 'plan', equals: 'beta' },
      eu: { header: 'x-region', prefix: 'eu-' },
      'big-carts': { cel: "int(request.headers['x-cart-items']) > 2" },
    },
    mirrors: {
      orders: {
        match: { path: '/api/orders' },
        primary: 'order-v1',
        shadow: 'order-v2',
        control: 'order-v1-twin',
        segments: { employees: '100%', beta: '50%' },
        sample: '5%',
      },
    },
  };
}
