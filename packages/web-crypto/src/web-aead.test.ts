import { aeadConformance } from '@covey/conformance';
import { webAead } from './index.ts';

aeadConformance('webAead', webAead(crypto.subtle));
