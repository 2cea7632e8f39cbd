import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { pacedFrames } from "@/run/frames";

beforeEach(() => {
  vi.useFakeTimers();
  // Frames come every 16 ms.
  vi.stubGlobal("requestAnimationFrame", (callback: () => void) => setTimeout(callback, 16));
  vi.stubGlobal("cancelAnimationFrame", clearTimeout);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("calls at once the first time, and then leaves time between two calls", () => {
  const schedule = pacedFrames(80);
  const calls: number[] = [];
  const again = () => {
    calls.push(performance.now());
    if (calls.length < 4) schedule(again);
  };
  const began = performance.now();
  schedule(again);
  vi.advanceTimersByTime(1000);

  expect(calls.map((at) => Math.round(at - began))).toEqual([16, 112, 208, 304]);
});

it("does not call what was called off, before its turn or in it", () => {
  const schedule = pacedFrames(80);
  const callback = vi.fn();
  schedule(callback)();
  const cancel = schedule(callback);
  vi.advanceTimersByTime(1);
  cancel();
  vi.advanceTimersByTime(1000);
  expect(callback).not.toHaveBeenCalled();
});
