import { createEndpoint, fromMessagePort, retain } from '@remote-ui/rpc';
import { createController, createRemoteReceiver, RemoteRenderer } from '@remote-ui/react/host';
import type { RemoteChannel } from '@remote-ui/core';
import { useEffect, useMemo, useRef } from 'react';
import { type Context, INIT, READY } from '../protocol';
import { COMPONENTS } from './components';
import type { DashboardApi } from './dashboard-api';

const controller = createController(COMPONENTS);

/** Draws one view: its code runs in a frame of its own, of which only descriptions of components come out. */
export function Extension({ component, context, api }: { component: string; context: Context; api: DashboardApi }) {
  const receiver = useMemo(() => createRemoteReceiver(), []);
  const frame = useRef<HTMLIFrameElement>(null);

  useEffect(() => {
    const greet = ({ data, source }: MessageEvent) => {
      if (data !== READY || source !== frame.current?.contentWindow) return;
      const { port1, port2 } = new MessageChannel();
      const endpoint = createEndpoint<{ render: (channel: RemoteChannel, context: Context) => void }>(
        fromMessagePort(port1),
      );
      endpoint.expose(api);
      port1.start();
      frame.current?.contentWindow?.postMessage(INIT, '*', [port2]);
      retain(receiver.receive);
      void endpoint.call.render(receiver.receive, context);
    };
    addEventListener('message', greet);
    return () => removeEventListener('message', greet);
  }, [api, context, receiver]);

  return (
    <>
      <iframe ref={frame} title="The view's code" src={`/frame/${component}`} sandbox="allow-scripts" hidden />
      <RemoteRenderer receiver={receiver} controller={controller} />
    </>
  );
}
