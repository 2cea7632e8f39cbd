/** The file that a value carries or names. */
import { useEffect, useState } from "react";
import { createClient, Refused } from "@/api/client";
import { fetchFile, type StoredFile } from "@/api/files";
import { sizeText, type Held } from "@/pins/values";
import { readSettings } from "@/settings";

const GONE =
  "You have no such file: it was deleted, or is somebody else's. Choose one of your own.";

export function HeldFile({ file }: { readonly file: Held }) {
  const stored = useStored(file.id);
  if (stored === "gone") {
    return (
      <div className="file-pin__held">
        <strong dir="auto">{file.name}</strong>
        <p className="field__errors">{GONE}</p>
      </div>
    );
  }
  const type = stored?.content_type ?? file.type;
  const size = stored?.size ?? file.size;
  return (
    <p className="file-pin__held">
      <strong dir="auto">{file.name || type}</strong>{" "}
      {file.name && type && <span className="muted">{type}</span>}{" "}
      {size !== undefined && <span className="muted">{sizeText(size)}</span>}
    </p>
  );
}

/** Return what the server knows of the file; null while it is not known, or for none there. */
function useStored(id: string | undefined): StoredFile | "gone" | null {
  const [found, setFound] = useState<{ readonly id: string; readonly file: StoredFile | "gone" }>();
  useEffect(() => {
    if (id === undefined) return;
    const asked = new AbortController();
    fetchFile(createClient(readSettings().urls.api), id, asked.signal).then(
      (file) => setFound({ id, file }),
      (error: unknown) => {
        if (error instanceof Refused && error.status === 404) setFound({ id, file: "gone" });
      },
    );
    return () => asked.abort();
  }, [id]);
  return found !== undefined && found.id === id ? found.file : null;
}
