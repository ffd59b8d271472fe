import { aeadConformance } from '@covey/conformance';
import { nodeAead } from './index.ts';

aeadConformance('nodeAead', nodeAead);
