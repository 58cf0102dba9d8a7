#!/usr/bin/env node
import '../dist/sim/demo/main.js';
