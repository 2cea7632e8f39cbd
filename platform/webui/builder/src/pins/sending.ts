/** A file on its way to the server, from the field that it is for. */
import { useEffect, useRef, useState } from "react";
import { sendFile } from "@/api/files";
import type { OnChange } from "@/pins/control";
import { sizeText } from "@/pins/values";
import { readSettings } from "@/settings";

export interface Sending {
  readonly name: string;
  /** How much has gone, from 0 to 1. */
  readonly share: number;
}

export interface FileSender {
  /** The file under way; null for none. */
  readonly sending: Sending | null;
  readonly problem: string | null;
  readonly send: (file: File | undefined) => void;
  readonly cancel: () => void;
}

/** Send files for a field; one more replaces the one that is under way. */
export function useSending(onChange: OnChange): FileSender {
  const [sending, setSending] = useState<Sending | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const under = useRef<AbortController | null>(null);
  // What else was changed while the file was under way must not be undone by an older handler.
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  }, [onChange]);

  async function sendNow(file: File) {
    const { urls, largest_file: largest } = readSettings();
    if (file.size > largest) {
      setProblem(`The file has ${sizeText(file.size)}; ${sizeText(largest)} are allowed.`);
      return;
    }
    const mine = new AbortController();
    under.current = mine;
    setSending({ name: file.name, share: 0 });
    try {
      const stored = await sendFile(urls.api, file, {
        signal: mine.signal,
        onProgress: (share) => {
          if (under.current === mine) setSending({ name: file.name, share });
        },
      });
      if (under.current === mine) latest.current(stored.file_uri, "click");
    } catch (error) {
      if (under.current === mine && !mine.signal.aborted)
        setProblem(error instanceof Error ? error.message : "The file could not be sent.");
    } finally {
      if (under.current === mine) {
        under.current = null;
        setSending(null);
      }
    }
  }

  function cancel() {
    under.current?.abort();
    under.current = null;
    setSending(null);
  }

  function send(file: File | undefined) {
    if (!file) return;
    cancel();
    setProblem(null);
    void sendNow(file);
  }

  return { sending, problem, send, cancel };
}
