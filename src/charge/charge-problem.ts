import { Field, InterfaceType, ObjectType } from "type-graphql";
import { Problem } from "../graphql/problem.ts";
import { DateTimeScalar } from "../graphql/scalars.ts";
import { ProviderCharge } from "./charge.type.ts";

@InterfaceType({ implements: Problem, description: "A problem about a charge that is on record." })
export abstract class ChargeProblem extends Problem {
  @Field(() => ProviderCharge, { description: "The charge as it stands." })
  charge!: ProviderCharge;

  constructor(charge: ProviderCharge, message: string) {
    super();
    this.charge = charge;
    this.message = message;
  }
}

@ObjectType({
  simpleResolvers: true,
  implements: [ChargeProblem, Problem],
  description:
    "The key was first used with a different input. Nothing new was charged; use a new key for a new purchase.",
})
export class IdempotencyKeyReused extends ChargeProblem {
  constructor(charge: ProviderCharge) {
    super(charge, "This idempotency key was first used with a different input. Nothing new was charged.");
  }
}

@ObjectType({
  simpleResolvers: true,
  implements: [ChargeProblem, Problem],
  description: "It is being paid for right now. Ask again with the same key.",
})
export class ChargeInProgress extends ChargeProblem {
  constructor(charge: ProviderCharge) {
    super(charge, "This is being paid for right now. Ask again with the same key.");
  }
}

@ObjectType({
  simpleResolvers: true,
  implements: [ChargeProblem, Problem],
  description:
    "It may have been sent, and no trustworthy answer came back. It is never sent again under this key, even once `charge.state` tells how it ended.",
})
export class ChargeOutcomeUnknown extends ChargeProblem {
  constructor(charge: ProviderCharge) {
    super(
      charge,
      "This may have been paid for, but no trustworthy answer came back. It is being checked; do not repeat it.",
    );
  }
}

@ObjectType({
  simpleResolvers: true,
  implements: Problem,
  description:
    "The caller's paid calls of this day are used up. Nothing was charged; the same key may be tried again tomorrow.",
})
export class SpendingLimitReached extends Problem {
  @Field(() => DateTimeScalar, { description: "When the next day begins, in UTC." })
  resetsAt!: string;

  constructor(resetsAt: string) {
    super();
    this.resetsAt = resetsAt;
    this.message = "The paid calls of this day are used up. Nothing was charged; try again tomorrow.";
  }
}

@ObjectType({
  simpleResolvers: true,
  implements: Problem,
  description: "There is no such charge.",
})
export class ProviderChargeNotFound extends Problem {
  constructor() {
    super();
    this.message = "There is no charge with this id.";
  }
}

@ObjectType({
  simpleResolvers: true,
  implements: [ChargeProblem, Problem],
  description: "The provider's own answer settled it already, which no one may overrule.",
})
export class ChargeAlreadySettled extends ChargeProblem {
  constructor(charge: ProviderCharge) {
    super(charge, "The provider's own answer settled this charge already.");
  }
}
