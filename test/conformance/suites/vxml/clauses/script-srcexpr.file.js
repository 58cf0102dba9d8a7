var k = 4;
