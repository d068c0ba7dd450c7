import { expect, test } from "vitest";
import { AppError, inputError, messageOf } from "../../../src/lib/app-error.ts";
import { errorCode } from "../../../src/lib/error-code.ts";

test("a fault of the setup ends the process with 2 and is not tried again; any other with 1", () => {
  const cause = new Error("ENOENT");
  expect(inputError("file-missing", "There is no file.", "Name one.", cause)).toMatchObject({
    code: "file-missing",
    message: "There is no file.",
    remedy: "Name one.",
    exitCode: 2,
    retryable: false,
    cause,
  });
  expect(new AppError("broken", "It broke.")).toMatchObject({ exitCode: 1, retryable: false, remedy: undefined });
});

test("whatever is thrown has a message of bounded length", () => {
  expect(messageOf(new Error("no"))).toBe("no");
  expect(messageOf("no")).toBe("no");
  expect(messageOf(undefined)).toBe("undefined");
  expect(messageOf({ message: "a copy of an error", queue: "plans" })).toBe("a copy of an error");
  expect(messageOf(new AggregateError([new Error("refused by ::1"), new Error("refused")]))).toBe("refused by ::1");
  expect(messageOf(new TypeError())).toBe("TypeError");
  expect(messageOf("x".repeat(10), 10)).toBe("x".repeat(10));
  expect(messageOf("x".repeat(11), 10)).toBe(`${"x".repeat(10)}…`);
  expect(messageOf("x".repeat(1_000))).toHaveLength(401);
});

test.each([
  [Object.assign(new Error("no"), { code: "ENOENT" }), "ENOENT"],
  [{ code: "57P01" }, "57P01"],
  [{ code: 404 }, undefined],
  [new Error("no"), undefined],
  [null, undefined],
  ["ENOENT", undefined],
])("the code of %o is %s", (error, code) => expect(errorCode(error)).toBe(code));
