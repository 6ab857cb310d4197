import { Field, InterfaceType } from "type-graphql";
import { ProviderCharge } from "../charge.type.ts";

/** What a success tells of the money. */
export interface PaidFacts {
  charge: ProviderCharge;
  replayed: boolean;
}

@InterfaceType({ description: "What every paid mutation's success tells of the money." })
export abstract class PaidSuccess {
  @Field(() => ProviderCharge, { description: "The charge on record." })
  charge!: ProviderCharge;

  @Field(() => Boolean, { description: "True when this key was already spent: nothing new was charged." })
  replayed!: boolean;

  constructor({ charge, replayed }: PaidFacts) {
    this.charge = charge;
    this.replayed = replayed;
  }
}
