// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render } from "@testing-library/react";
import { type ReactElement, useActionState } from "react";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { CallResult } from "../../../src/wire/messages.ts";
import { type FakeServer, fakeServer } from "./fake-socket.ts";
import { formAction, MeanwhileProvider, stateRef, useServerState } from "../../../src/react/index.ts";

interface Order {
  quantity: number;
  submit(form: { quantity: string; tags?: string[] }): string;
  save(form: { quantity: string }): void;
  setQuantity(quantity: number): void;
}
const Order = stateRef<Order>("Order");

let server: FakeServer;

beforeEach(() => {
  server = fakeServer();
});

afterEach(() => {
  cleanup();
  server.client.close();
});

async function show(children: ReactElement): Promise<HTMLFormElement> {
  const { container } = await act(async () =>
    render(<MeanwhileProvider client={server.client}>{children}</MeanwhileProvider>),
  );
  await act(async () => server.welcome());
  const full = { full: { quantity: 0 }, events: ["submit", "save"] };
  await act(async () => server.say({ type: "update", version: 1, states: { Order: full } }));
  return container.querySelector("form") as HTMLFormElement;
}

/** Answers the last call. */
function answer(result: { ok: true; value: string } | Omit<CallResult & { ok: false }, "id">): Promise<void> {
  const id = server.calls().at(-1)?.id ?? -1;
  return act(async () => server.say({ type: "update", version: 2, results: [{ ...result, id }] }));
}

test("an event is a form's action", async () => {
  function Form(): ReactElement {
    const order = useServerState(Order);
    return (
      <form action={order.save}>
        <input name="quantity" defaultValue="3" />
      </form>
    );
  }
  const form = await show(<Form />);
  const input = form.querySelector("input") as HTMLInputElement;
  input.value = "5";
  await act(async () => fireEvent.submit(form));
  expect(server.calls()).toMatchObject([{ state: "Order", event: "save", args: [{ quantity: "5" }] }]);
  expect(input.value).toBe("5");
  await answer({ ok: true, value: "" });
  expect(input.value).toBe("3"); // React resets a form whose action has succeeded
});

test("an event with a result is a form's action too, for the compiler as well; one that takes no form is not", () => {
  function Forms(): ReactElement {
    const order = useServerState(Order);
    return (
      <form action={order.submit}>
        <button formAction={order.submit} />
        {/* @ts-expect-error it takes a number */}
        <button formAction={order.setQuantity} />
      </form>
    );
  }
  expect(Forms).toBeTypeOf("function");
});

test("formAction gives useActionState the result, or the issues by field", async () => {
  function Form(): ReactElement {
    const order = useServerState(Order);
    const [outcome, action, isPending] = useActionState(formAction(order.submit), null);
    return (
      <form action={action} data-pending={isPending}>
        <input name="quantity" defaultValue="0" />
        <input name="tags" defaultValue="a" />
        <input name="tags" defaultValue="b" />
        <p>{outcome?.issues?.["quantity"]?.join(", ")}</p>
        <b>{outcome?.result}</b>
      </form>
    );
  }
  const form = await show(<Form />);
  await act(async () => fireEvent.submit(form));
  expect(form.dataset["pending"]).toBe("true");
  expect(server.calls()).toMatchObject([{ event: "submit", args: [{ quantity: "0", tags: ["a", "b"] }] }]);
  await answer({
    ok: false,
    error: {
      code: "INVALID_ARGUMENTS",
      message: "Order.submit was refused.",
      issues: [{ message: "one at least", path: ["quantity"] }],
    },
  });
  expect(form.dataset["pending"]).toBe("false");
  expect(form.querySelector("p")?.textContent).toBe("one at least");

  await act(async () => fireEvent.submit(form));
  await answer({ ok: true, value: "order 7" });
  expect(form.querySelector("p")?.textContent).toBe("");
  expect(form.querySelector("b")?.textContent).toBe("order 7");
});
