import type { ButtonHTMLAttributes, Ref } from "react";
import { Icon, type IconName } from "@/ui/icons";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly kind?: "plain" | "primary" | "quiet" | "danger";
  readonly icon?: IconName;
  /** Keys that do the same, as people read them: shown when pointed at. */
  readonly keys?: string | undefined;
  /** Show the icon alone; the label is still there for those who do not see it. */
  readonly iconOnly?: boolean;
  readonly small?: boolean;
  readonly pressed?: boolean | undefined;
  readonly ref?: Ref<HTMLButtonElement>;
}

/** A button with the looks that pages have too. */
export function Button({
  kind = "plain",
  icon,
  keys,
  iconOnly = false,
  small = false,
  pressed,
  className = "",
  title,
  children,
  ...rest
}: ButtonProps) {
  const classes = [
    "button",
    kind === "plain" ? "" : `button--${kind}`,
    iconOnly ? "button--icon" : "",
    small ? "button--small" : "",
    className,
  ];
  const label = title ?? (iconOnly && typeof children === "string" ? children : undefined);
  return (
    <button
      type="button"
      {...rest}
      className={classes.filter(Boolean).join(" ")}
      title={label && keys ? `${label} (${keys})` : label}
      aria-keyshortcuts={keys}
      aria-pressed={pressed}
    >
      {icon && <Icon name={icon} />}
      {iconOnly ? <span className="visually-hidden">{children}</span> : children}
    </button>
  );
}
