export { sampleRequest as approvalRequest } from '../../src/testing/walk/sample.ts';
