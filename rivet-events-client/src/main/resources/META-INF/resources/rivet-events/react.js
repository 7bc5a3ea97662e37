/* rivet-events-client, Apache-2.0 */
"use client";import*as React from"react";import{createClient}from"./rivet-events-client.js";var Emitter=class{#listeners=new Set;#onFailure;constructor(onFailure){this.#onFailure=onFailure}get isEmpty(){return this.#listeners.
size===0}add=listener=>{let entry={listener};return this.#listeners.add(entry),()=>{this.#listeners.delete(entry)}};emit(...args){
this.emitWhile(()=>!0,...args)}emitWhile(isTrue,...args){for(let entry of[...this.#listeners]){if(!isTrue())return;if(this.#listeners.
has(entry))try{entry.listener(...args)}catch(error){this.#onFailure(error)}}}};var reportToHost=error=>{typeof reportError=="function"?reportError(error):console.error("rivet-events: a listener to er\
rors failed:",error)};var toBase64=bytes=>{let text="";for(let byte of bytes)text+=String.fromCharCode(byte);return btoa(text)};var isMarker=value=>value.length===2&&typeof value[0]=="string"&&value[0].startsWith("$");function encode(value){return encodeWithin(
value,new Set)}function encodeWithin(value,around){if(typeof value=="bigint")return["$BigInt",value.toString()];if(value===
void 0)return["$Undefined",0];if(typeof value=="function"||typeof value=="symbol")return;if(value===null||typeof value!=
"object")return value;if(value instanceof Uint8Array)return["$Uint8Array",toBase64(value)];if(value instanceof ArrayBuffer)
return["$Uint8Array",toBase64(new Uint8Array(value))];if(around.has(value))throw new TypeError("The value contains itsel\
f, so it cannot be sent");around.add(value);let encoded=encodeObject(value,part=>encodeWithin(part,around));return around.
delete(value),encoded}function encodeObject(value,part){if(value instanceof Set)return part([...value]);if(value instanceof
Map)return part(Object.fromEntries(value));if("toJSON"in value&&typeof value.toJSON=="function"){let json=value.toJSON();
if(json!==value)return part(json)}if(Array.isArray(value)){let encoded=Array.from(value,part);return isMarker(value)?[`$${value[0]}`,
encoded[1]]:encoded}let present=Object.entries(value).filter(([,each])=>each!==void 0);return Object.fromEntries(present.
map(([name,each])=>[name,part(each)]))}var LINGER_MILLIS=1e3,Shared=class{connection;#errors=new Emitter(reportToHost);users=0;error=null;timer;constructor(connection){
this.connection=connection,connection.onError(error=>{this.error=error,this.#errors.emit()})}onError=listener=>this.#errors.
add(listener)},Connections=class{#shared=new Map;acquire(id,open){let shared=this.#shared.get(id)??new Shared(open());return this.#shared.
set(id,shared),clearTimeout(shared.timer),shared.users++,shared}release(id,shared){--shared.users>0||(shared.timer=setTimeout(
()=>{this.#shared.delete(id),shared.connection.dispose()},LINGER_MILLIS))}};function createRivetEvents(server,options={}){
return hooksOf(typeof server=="string"?createClient(server,options):server)}function hooksOf(client){let connections=new Connections;
function useActor(wanted){let{name,key=[],params,snapshot,enabled=!0,mustExist=!1}=wanted,id=JSON.stringify(encode([name,
key,params,snapshot,mustExist])),accessor=client[name],handle=React.useMemo(()=>accessor[mustExist?"get":"getOrCreate"](
key),[id]),[shared,setShared]=React.useState(null);React.useEffect(()=>{if(!enabled)return;let options={paused:!0,...snapshot===
void 0?{}:{snapshot}},acquired=connections.acquire(id,()=>handle.connect(params,options));return setShared({id,shared:acquired}),
()=>{connections.release(id,acquired),setShared(null)}},[id,enabled]);let current=shared?.id===id?shared.shared:null,connection=current?.
connection??null;React.useEffect(()=>current?.connection?.open(),[current]);let status=useConnectionStatus(connection),readError=()=>current?.
error??null,error=React.useSyncExternalStore(current?.onError??subscribeToNothing,readError,()=>null);return{connection,
handle,connStatus:status?.status??"idle",status,error,useEvent:(event,listener)=>useEvent(connection,event,listener)}}return{
client,useActor,useEvent,useConnectionStatus}}function useEvent(connection,event,listener){let latest=React.useRef(listener);
React.useEffect(()=>{latest.current=listener}),React.useEffect(()=>connection?.on(event,(...args)=>latest.current(...args)),
[connection,event])}var nothing=()=>{},subscribeToNothing=()=>nothing;function useConnectionStatus(connection){let methods=connection,
subscribe=React.useCallback(onChange=>methods?.onStatus(onChange)??nothing,[methods]);return React.useSyncExternalStore(
subscribe,()=>methods?.status??null,()=>null)}export{createRivetEvents,useConnectionStatus,useEvent};
//# sourceMappingURL=react.js.map
