import { Arg, Ctx, Directive, ID, Int, Mutation, Query, Resolver } from "type-graphql";
import { RequiresScope } from "../graphql/scopes.ts";
import type { ChargeContext } from "./charge.context.ts";
import { ProviderChargeFilter, SettleProviderChargeInput } from "./charge.input.ts";
import { listCharges } from "./charge.list.ts";
import { ProviderCharge, ProviderChargeConnection } from "./charge.type.ts";
import { findVisibleCharge } from "./charge.visibility.ts";
import { SettleProviderChargeResult } from "./settle-charge.result.ts";
import { settleProviderCharge } from "./settle-charge.service.ts";

@Resolver(() => ProviderCharge)
export class ChargeResolver {
  @Query(() => ProviderCharge, {
    nullable: true,
    description: "The charge with this id, or null if there is none. The caller's own; with charge:read-all anybody's.",
  })
  @RequiresScope("charge:read")
  providerCharge(
    @Arg("id", () => ID, { description: "Our own id of the charge." }) id: string,
    @Ctx() context: ChargeContext,
  ) {
    return findVisibleCharge(id, context);
  }

  @Query(() => ProviderChargeConnection, {
    nullable: true,
    description: "Charges, newest first. The caller's own; with charge:read-all everybody's.",
  })
  @Directive('@listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)')
  @RequiresScope("charge:read")
  providerCharges(
    @Arg("filter", () => ProviderChargeFilter, {
      nullable: true,
      description: "Which ones; all of them when left out.",
    })
    filter: ProviderChargeFilter | undefined,
    @Arg("first", () => Int, { defaultValue: 25, description: "How many at most, from 1 to 100." }) first: number,
    @Arg("after", () => String, { nullable: true, description: "The cursor behind which to go on." })
    after: string | undefined,
    @Ctx() context: ChargeContext,
  ) {
    return listCharges({ filter, first, after }, context);
  }

  @Mutation(() => SettleProviderChargeResult, {
    nullable: true,
    description:
      "Records an operator's word on a charge whose outcome could not be told. Costs nothing, and sends nothing.\n\nOnly for a charge that is UNKNOWN, or was settled by evidence or an operator before: what the provider itself answered stands.",
  })
  @RequiresScope("charge:settle")
  settleProviderCharge(
    @Arg("input", () => SettleProviderChargeInput, { description: "Which charge, and what was found out." })
    input: SettleProviderChargeInput,
    @Ctx() context: ChargeContext,
  ) {
    return settleProviderCharge(input, context);
  }
}
