import { end, FOLDERS } from './command.ts';
import { newPolicy } from './new-policy.ts';

/** `npm run policy:new -- <policy> [<payer>]` */
end(newPolicy(process.argv.slice(2), FOLDERS));
