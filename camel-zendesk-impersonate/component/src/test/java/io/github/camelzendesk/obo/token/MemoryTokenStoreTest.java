package io.github.camelzendesk.obo.token;

import java.time.Duration;

class MemoryTokenStoreTest extends TokenStoreContractTest {

    private MemoryTokenStore store;

    @Override
    TokenStore store(Duration lockWait) {
        if (store == null) {
            store = new MemoryTokenStore(lockWait);
        }
        return store;
    }
}
