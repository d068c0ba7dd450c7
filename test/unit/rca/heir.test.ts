import { expect, it } from "vitest";
import { quietShop, type Shop } from "./shop.ts";
import { storyTroubles } from "./troubles-stories.ts";

const setImage = (shop: Shop, name: string, image: string) =>
  shop.change("Deployment", name, (draft) => {
    draft.spec.template.spec.containers[0].image = image;
  });

it.each([
  { written: "docker.io/library/catalogue:1.9", follows: true },
  { written: "library/catalogue:1.9", follows: true },
  { written: "registry.example.com/catalogue:1.9", follows: false },
])("what runs $written in the place of catalogue:1.8 is its heir: $follows", async ({ written, follows }) => {
  const trouble = storyTroubles.find(({ name }) =>
    name.startsWith("a Deployment is replaced by one with other labels"),
  );
  if (!trouble) throw new Error("there is no such trouble");
  const shop = await quietShop();
  setImage(shop, "catalogue", "catalogue:1.8");
  trouble.breakIt(shop);
  setImage(shop, "catalogue-web", written);
  const { diagnosis } = shop.diagnose(trouble.symptoms);
  expect(diagnosis.summary.includes("catalogue-web, which took the place of catalogue")).toBe(follows);
});
