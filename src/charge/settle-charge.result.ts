import { createUnionType, Field, ObjectType } from "type-graphql";
import { ProviderCharge } from "./charge.type.ts";
import { ChargeAlreadySettled, ChargeInProgress, ProviderChargeNotFound } from "./charge-problem.ts";

@ObjectType({
  simpleResolvers: true,
  description: "The verdict is on record. The same verdict said twice is a success too.",
})
export class SettleProviderChargeSuccess {
  @Field(() => ProviderCharge, { description: "The charge as it stands now." })
  charge!: ProviderCharge;

  constructor(charge: ProviderCharge) {
    this.charge = charge;
  }
}

export const SettleProviderChargeResult = createUnionType({
  name: "SettleProviderChargeResult",
  description: "What became of an operator's verdict.",
  types: () => [SettleProviderChargeSuccess, ProviderChargeNotFound, ChargeAlreadySettled, ChargeInProgress] as const,
});
export type SettleProviderChargeResult = typeof SettleProviderChargeResult;
