/** Inside the sandboxed frame: runs one real view as the Dashboard does, and sends what it draws through remote-ui. */
import { createRemoteRoot, type RemoteChannel } from '@remote-ui/core';
import { render } from '@remote-ui/react';
import { createEndpoint, fromMessagePort, retain } from '@remote-ui/rpc';
import type { ComponentType } from 'react';
import { type Context, INIT, READY } from '../protocol';

export function run(View: ComponentType<Context>): void {
  addEventListener('message', ({ data, ports: [port] }: MessageEvent) => {
    if (data !== INIT || !port) return;
    const endpoint = createEndpoint(fromMessagePort(port));
    // Where the SDK's own functions, such as fetchStripeSignature, look for the Dashboard.
    Object.assign(globalThis, { __StripeExtExports: { endpoint } });
    endpoint.expose({
      render(channel: RemoteChannel, context: Context) {
        retain(channel);
        const root = createRemoteRoot(channel);
        render(<View {...context} />, root, () => void root.mount());
      },
    });
    port.start();
  });
  parent.postMessage(READY, '*');
}
