var k = "é";
